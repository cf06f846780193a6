"""Guess which column is what, from what people usually call them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from curation.importers.rows import RawRow, field_of
from curation.importers.values import is_missing
from curation.types import Split, TaskKind

SPLIT_NAMES = {
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("valid", "validation", "dev", "val"), Split.VALIDATION),
    **dict.fromkeys(("test", "exam", "eval"), Split.TEST),
}
_TEXT = (
    "text input message prompt original_text document utterance sentence question query content "
    "comment review description body headline title subject"
)
_ANSWERS = "response completion output answer target"
_REFERENCE = {
    TaskKind.CLASSIFY: f"reference label category intent class sentiment topic tag gold {_ANSWERS}",
    TaskKind.EXTRACT: f"reference labels spans entities slots label gold {_ANSWERS}",
    TaskKind.GENERATE: f"reference reference_summary summary highlights gold {_ANSWERS}",
}
_SPLIT = ["split", "fold", "subset", "partition"]
_GROUP = ["group", "group_id", "family", "conversation_id", "dialogue_id", "thread_id"]

Guess = tuple[str, str | None, str | None, str | None]


def guess_columns(columns: tuple[str, ...], rows: tuple[RawRow, ...], kind: TaskKind) -> Guess:
    """Return the likely columns of the text, the reference, the split and the group.

    Where no name tells the text, it is the column with the most characters.
    """
    text = _find(_TEXT.split(), columns) or _longest(columns, rows)
    others = tuple(column for column in columns if column != text)
    split = _find(_SPLIT, others)
    if split and not _names_splits(split, rows):
        split = None
    return text, _find(_REFERENCE[kind].split(), others), split, _find(_GROUP, others)


def _find(names: Iterable[str], columns: tuple[str, ...]) -> str | None:
    """Return the column of the first name there is: the whole name, or its last dotted part."""
    whole = {_plain(column): column for column in reversed(columns)}
    last = {_plain(column.rpartition(".")[2]): column for column in reversed(columns)}
    found = (whole.get(name) or last.get(name) for name in names)
    return next((column for column in found if column), None)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def _longest(columns: tuple[str, ...], rows: tuple[RawRow, ...]) -> str:
    def characters(column: str) -> int:
        values = (field_of(row.fields, column) for row in rows)
        return sum(len(value) for value in values if isinstance(value, str))

    return max(columns, key=characters, default="text")


def _names_splits(column: str, rows: tuple[RawRow, ...]) -> bool:
    values = (field_of(row.fields, column) for row in rows)
    return all(is_missing(v) or str(v).strip().casefold() in SPLIT_NAMES for v in values)
