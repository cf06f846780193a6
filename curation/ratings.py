"""Who gave which answer to what, as a table, and where one person's answers were not gone with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.resolution import by_people
from curation.types import Annotation, Resolution
from curation.words import is_answer

MISSING = -1
"""The code of a reviewer who did not answer an example."""

Codes = NDArray[np.int16]


@dataclass(frozen=True)
class Ratings:
    """Who said what, as a table.

    Attributes
    ----------
    reviewers : tuple of str, length r
    labels : tuple of str, length k
        Every answer that was given.
    codes : int16 array, shape (r, n)
        Places in `labels`, or `MISSING`; a column an example.
    """

    reviewers: tuple[str, ...]
    labels: tuple[str, ...]
    codes: Codes

    def counts(self) -> Codes:
        """Return how many people gave each label, of examples that two or more answered.

        Returns
        -------
        int16 array, shape (doubly answered examples, k)
        """
        shared = self.codes[:, (self.codes != MISSING).sum(axis=0) > 1]
        counted = np.zeros((shared.shape[1], len(self.labels)), dtype=np.int16)
        for said in shared:
            rows = np.flatnonzero(said != MISSING)
            counted[rows, said[rows]] += 1
        return counted


def ratings_of(answered: Mapping[str, Sequence[Annotation]]) -> Ratings:
    """Return people's own answers as a table.

    What an adjudicator decided is left out: who has read the answers of others does not answer
    independently of them.

    Parameters
    ----------
    answered : mapping of str to sequence of Annotation
        Standing words by example.
    """
    reviewers: dict[str, int] = {}
    labels: dict[str, int] = {}
    cells: list[tuple[int, int, int]] = []
    for column, said in enumerate(answered.values()):
        cells += [
            (
                reviewers.setdefault(a.reviewer, len(reviewers)),
                column,
                labels.setdefault(a.answer or "", len(labels)),
            )
            for a in said
            if a.action == "answer" and is_answer(a)
        ]
    codes = np.full((len(reviewers), len(answered)), MISSING, dtype=np.int16)
    if cells:
        rows, columns, values = np.array(cells).T
        codes[rows, columns] = values
    return Ratings(tuple(reviewers), tuple(labels), codes)


def confusion(
    standing: Mapping[str, Sequence[Annotation]], reviewer: str
) -> dict[tuple[str, str], int]:
    """Return how often a reviewer gave one answer where another was decided.

    Only examples that somebody else answered or decided are counted: where one was alone, the
    answer is theirs.

    Returns
    -------
    dict of (answer given, answer decided) to int
    """
    counted: dict[tuple[str, str], int] = {}
    for example, said in standing.items():
        own = [a for a in said if a.reviewer == reviewer and a.action == "answer" and is_answer(a)]
        if not own or not _others(said, reviewer):
            continue
        decided = by_people(example, said)
        if isinstance(decided, Resolution):
            cell = (own[0].answer or "", decided.answer)
            counted[cell] = counted.get(cell, 0) + 1
    return counted


def _others(said: Iterable[Annotation], reviewer: str) -> Collection[str]:
    return {a.reviewer for a in said if is_answer(a)} - {reviewer}
