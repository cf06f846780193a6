"""Read labelled texts from any folder: a CSV, TSV or JSON lines file with a text and a label."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from curation.exceptions import ImportFailedError
from curation.importers import IMPORTERS, guess_importer
from curation.importers.guess import guess_columns
from curation.importers.rows import RawRow, field_of
from curation.types import TaskKind

READ = (".csv", ".tsv", ".jsonl", ".parquet")
FEWEST = 20
"""Texts a label must have to be part of it."""


@dataclass(frozen=True)
class Labelled:
    """Texts, each with its true label.

    Attributes
    ----------
    name : str
    texts, labels : tuple of str, length n
    """

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]


def read_labelled(folder: Path, most: int, seed: int) -> Labelled:
    """Return the texts of a folder's files that have one label, at most so many of them.

    Raises
    ------
    ImportFailedError
        There is no file that reads, or there are no two labels.
    """
    pairs: dict[str, str] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in READ):
        pairs |= _read(path)
    often = Counter(pairs.values())
    kept = [(text, label) for text, label in pairs.items() if often[label] >= FEWEST]
    if len({label for _, label in kept}) < 2:
        raise ImportFailedError(
            f"There are no two labels with {FEWEST} texts each.",
            where=str(folder),
            remedy="Give a folder with a CSV file that has a column of texts and one of labels.",
        )
    order = np.random.default_rng(seed).permutation(len(kept))[:most]
    texts, labels = zip(*(kept[at] for at in order.tolist()), strict=True)
    return Labelled(folder.name, texts, labels)


def _read(path: Path) -> dict[str, str]:
    rows = [row for row in IMPORTERS[guess_importer(path)](path) if isinstance(row, RawRow)]
    columns = tuple(dict.fromkeys(column for row in rows for column in row.fields))
    text, label, _, _ = guess_columns(columns, tuple(rows[:100]), TaskKind.CLASSIFY)
    label = "Decisions" if "Decisions" in columns else label
    found = {}
    for row in rows:
        answer = _single(str(field_of(row.fields, label) or "")) if label else ""
        if answer:
            found[str(field_of(row.fields, text))] = answer
    return found


def _single(value: str) -> str:
    """Return a label; of a dictionary, as SEntFiN has one per entity, the one all agree on.

    Examples
    --------
    >>> _single("refund"), _single("{'Acme': 'neutral'}"), _single("{'A': 'up', 'B': 'down'}")
    ('refund', 'neutral', '')
    """
    if not value.startswith("{"):
        return value.strip()
    inside = set(re.findall(r":\s*['\"](\w+)['\"]", value))
    return inside.pop() if len(inside) == 1 else ""
