"""Who gave which answer to what, as a table, and where one person's answers were not gone with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.resolution import by_people
from curation.types import Annotation, Resolution
from curation.words import Words, is_answer, is_aside

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


def own_answers(words: Words, example_id: str) -> tuple[Annotation, ...]:
    """Return what each person answered of their own accord to an example.

    What somebody decided is left out, and what they had answered before it is not: who has read
    the answers of others does not answer independently of them.
    """
    spoken = (
        [a for _, a in said if not is_aside(a) and a.action != "decide"]
        for said in words.spoken(example_id)
    )
    return tuple(own[-1] for own in spoken if own and is_answer(own[-1]))


def ratings_of(answers: Mapping[str, Sequence[Annotation]]) -> Ratings:
    """Return people's own answers, by example, as a table."""
    reviewers: dict[str, int] = {}
    labels: dict[str, int] = {}
    cells: list[tuple[int, int, int]] = []
    for column, said in enumerate(answers.values()):
        cells += [
            (
                reviewers.setdefault(a.reviewer, len(reviewers)),
                column,
                labels.setdefault(a.answer or "", len(labels)),
            )
            for a in said
        ]
    codes = np.full((len(reviewers), len(answers)), MISSING, dtype=np.int16)
    if cells:
        rows, columns, values = np.array(cells).T
        codes[rows, columns] = values
    return Ratings(tuple(reviewers), tuple(labels), codes)


def confusion(
    answers: Mapping[str, Sequence[Annotation]],
    standing: Mapping[str, Sequence[Annotation]],
    reviewer: str,
) -> dict[tuple[str, str], int]:
    """Return how often a reviewer gave one answer where another was decided without them.

    That is the adjudicator's answer, else what most others said. Their own voice is not counted
    with the others': of two people who differ neither would ever be wrong.

    Parameters
    ----------
    answers : mapping of str to sequence of Annotation
        What people answered of their own accord, by example.
    standing : mapping of str to sequence of Annotation
        Standing words by example.
    reviewer : str

    Returns
    -------
    dict of (answer given, answer of the others) to int
    """
    counted: Counter[tuple[str, str]] = Counter()
    for example, said in answers.items():
        own = next((a.answer for a in said if a.reviewer == reviewer), None)
        words = standing.get(example, ())
        others = [a for a in words if a.reviewer != reviewer or a.action == "decide"]
        decided = by_people(example, others)
        if own is not None and isinstance(decided, Resolution):
            counted[own, decided.answer] += 1
    return dict(counted)
