"""Read a folder in WRENCH format: texts, gold, and the votes of somebody else's functions.

`{train,valid,test}.json` map an id to `{"label": int, "weak_labels": [int, ...], "data": {...}}`,
-1 abstains; `label.json` names the labels.

References
----------
Zhang et al. (2021), WRENCH: a comprehensive benchmark for weak supervision.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curation.exceptions import ImportFailedError
from curation.types import ABSTAIN, FunctionInfo, VoteMatrix, Votes, vote_type
from labeling_functions.aggregation.ballots import Ints

FORMAT = 'Each split is a JSON object of {"label": int, "weak_labels": [int, ...], "data": {...}}.'


@dataclass(frozen=True)
class Part:
    """One split.

    Attributes
    ----------
    votes : int array, shape (n, m)
    gold : int array, shape (n,)
        -1 where the file has none; that of the training split is never read.
    texts : tuple of str, length n
    """

    votes: Votes
    gold: Ints
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Wrench:
    """A data set with the votes of its functions."""

    labels: tuple[str, ...]
    train: Part
    valid: Part
    test: Part


def read_wrench(folder: Path) -> Wrench:
    """Read a data set.

    Raises
    ------
    ImportFailedError
        A file is missing or not as WRENCH writes it; the file and row are named.
    """
    names = _object(folder / "label.json")
    if sorted(names) != sorted(map(str, range(len(names)))) or len(set(names.values())) < 2:
        raise ImportFailedError(
            "The labels are not numbered from 0, each with a name of its own.",
            where=str(folder / "label.json"),
            remedy='Write {"0": "first", "1": "second", ...}.',
        )
    labels = tuple(str(names[str(k)]) for k in range(len(names)))
    train, valid, test = (_part(folder / f"{s}.json", labels) for s in ("train", "valid", "test"))
    for split, part in (("valid", valid), ("test", test)):
        _agree(folder / f"{split}.json", train, part)
    return Wrench(labels, train, valid, test)


def matrix_of(votes: Votes, labels: tuple[str, ...]) -> VoteMatrix:
    """Return votes as the matrix of functions that have no names; row `n` has the id `n`."""
    functions = tuple(
        FunctionInfo(
            name=f"function_{column}",
            fingerprint="wrench",
            family="wrench",
            file="weak_labels",
            line=1,
            source="",
        )
        for column in range(votes.shape[1])
    )
    return VoteMatrix(tuple(map(str, range(len(votes)))), functions, labels, votes)


def _object(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ImportFailedError(
            "A file of the data set is missing.",
            where=str(path),
            remedy="A folder holds train.json, valid.json, test.json and label.json.",
        ) from error
    except (OSError, ValueError) as error:  # unreadable, not UTF-8, not JSON
        raise ImportFailedError(
            f"The file does not read: {error}.", where=str(path), remedy=FORMAT
        ) from error
    if not isinstance(read, dict) or not read:
        raise ImportFailedError("The file holds no rows.", where=str(path), remedy=FORMAT)
    return read


def _part(path: Path, labels: tuple[str, ...]) -> Part:
    rows = _object(path)
    votes = [_votes(path, id_, row, len(labels)) for id_, row in rows.items()]
    widths = {len(ballots) for ballots in votes}
    if len(widths) > 1:
        raise ImportFailedError(
            f"Rows have {min(widths)} to {max(widths)} votes.",
            where=str(path),
            remedy="Every row needs a vote, or -1, from every function.",
        )
    gold = np.full(len(rows), ABSTAIN, dtype=np.int64)
    if path.stem != "train":
        gold[:] = [_gold(path, id_, row, len(labels)) for id_, row in rows.items()]
    texts = tuple(_text(row) for row in rows.values())
    return Part(np.array(votes, dtype=vote_type(len(labels))), gold, texts)


def _votes(path: Path, id_: str, row: object, labels: int) -> list[int]:
    votes = row.get("weak_labels") if isinstance(row, dict) else None
    if not isinstance(votes, list) or not votes:
        raise ImportFailedError(
            "The row has no votes.",
            where=f"{path}, row {id_}",
            remedy=f"It lacks weak_labels. {FORMAT}",
        )
    if not all(type(vote) is int and ABSTAIN <= vote < labels for vote in votes):
        raise ImportFailedError(
            f"A vote is not -1 to {labels - 1}.", where=f"{path}, row {id_}", remedy=FORMAT
        )
    return votes


def _gold(path: Path, id_: str, row: dict[str, Any], labels: int) -> int:
    label = row.get("label")
    if type(label) is not int or not 0 <= label < labels:
        raise ImportFailedError(
            f"The label is not 0 to {labels - 1}.", where=f"{path}, row {id_}", remedy=FORMAT
        )
    return label


def _text(row: dict[str, Any]) -> str:
    data = row.get("data")
    return str(data.get("text", "")) if isinstance(data, dict) else ""


def _agree(path: Path, train: Part, part: Part) -> None:
    if part.votes.shape[1] != train.votes.shape[1]:
        raise ImportFailedError(
            f"Its rows have {part.votes.shape[1]} votes, those of train {train.votes.shape[1]}.",
            where=str(path),
            remedy="All splits need the votes of the same functions.",
        )
