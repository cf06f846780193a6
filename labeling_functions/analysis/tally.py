"""A vote matrix by column, counted once: what reports, pairs, buckets and selections read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Ids
from curation.types import ABSTAIN, Probabilities, ProbableLabels, VoteMatrix, Votes, against

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

UNDECIDED = -1
"""The winner of a row that is tied or that nobody votes on."""


class Tally:
    """The votes, and the gold they are measured against.

    Nothing is counted before it is asked for, and nothing twice.

    Parameters
    ----------
    matrix : VoteMatrix
    gold : mapping of example id to label, optional
        Never test rows: whoever tunes functions reads what comes of this, and the caller keeps the
        exam shut.

    Attributes
    ----------
    columns : array, shape (m, n)
        The votes of each function, one after the other in memory.
    """

    def __init__(self, matrix: VoteMatrix, gold: Mapping[str, str] | None = None) -> None:
        self.matrix = matrix
        self.columns: Votes = np.ascontiguousarray(matrix.votes.T)
        self._gold = gold or {}

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.columns.shape[1]

    def votes_of(self, column: int) -> tuple[Rows, Votes]:
        """Return the rows a function votes on, and its votes there."""
        rows = np.flatnonzero(self.columns[column] != ABSTAIN)
        return rows, self.columns[column][rows]

    @cached_property
    def voters(self) -> NDArray[np.int16]:
        """How many functions vote on each row."""
        counts = np.zeros(self.n, dtype=np.int16)
        for column in self.columns:
            counts += column != ABSTAIN
        return counts

    # Conflicts: two votes that cannot both be right

    @cached_property
    def _differ(self) -> Mask:
        """Rows with votes for more than one label."""
        wide = self.columns.itemsize > 1
        unsigned = self.columns.view(np.uint16 if wide else np.uint8)
        # Read without its sign, a vote for a label is less than any other vote.
        lowest = unsigned.min(axis=0, initial=2**16 - 1 if wide else 2**8 - 1)
        highest = self.columns.max(axis=0, initial=ABSTAIN)
        differ: Mask = (highest >= 0) & (lowest != highest)
        return differ

    @cached_property
    def denied(self) -> dict[int, Mask]:
        """For every label that is voted against: the rows where it is."""
        if self.columns.size == 0 or self.columns.min() >= ABSTAIN:
            return {}
        found: dict[int, Mask] = {}
        for column in self.columns:
            for vote in np.unique(column[column < ABSTAIN]).tolist():
                label = against(vote)
                here = column == vote
                found[label] = found[label] | here if label in found else here
        return found

    @cached_property
    def _claimed(self) -> dict[int, Mask]:
        """For every label that is voted against: the rows where it is voted for."""
        nobody = np.zeros(self.n, dtype=bool)
        return {label: (self.columns == label).any(axis=0) | nobody for label in self.denied}

    @cached_property
    def conflicting(self) -> Mask:
        """Rows with two votes that cannot both be right."""
        found = self._differ.copy()
        for label, denied in self.denied.items():
            found |= denied & self._claimed[label]
        return found

    def contradicted(self, rows: Rows, votes: Votes) -> Mask:
        """Return which of a function's votes another function contradicts."""
        found: Mask = self._differ[rows] & (votes >= 0)
        for label, denied in self.denied.items():
            found |= (votes == label) & denied[rows]
            found |= (votes == against(label)) & self._claimed[label][rows]
        return found

    # Gold

    @property
    def judged(self) -> Rows:
        """The rows that have gold, in order."""
        return self._measured[0]

    @property
    def answers(self) -> Rows:
        """The gold label of each row in `judged`; `len(labels)` where it is none of the task's."""
        return self._measured[1]

    @cached_property
    def _measured(self) -> tuple[Rows, Rows]:
        labels = {label: place for place, label in enumerate(self.matrix.labels)}
        said = [labels.get(answer, len(labels)) for answer in self._gold.values()]
        places = places_of(self.matrix.example_ids, list(self._gold))
        order = np.argsort(places, kind="stable")
        order = order[places[order] >= 0]
        return places[order], np.array(said, dtype=np.intp)[order]

    @cached_property
    def gold_counts(self) -> NDArray[np.intp]:
        """Gold rows by label, in task order; last, those whose gold is none of them."""
        return np.bincount(self.answers, minlength=len(self.matrix.labels) + 1)


def places_of(example_ids: Sequence[str], ids: Sequence[str]) -> Rows:
    """Return the row of each of some ids; -1 where it is not among `example_ids`.

    Examples
    --------
    >>> places_of(("a", "b", "c"), ["c", "d"]).tolist()
    [2, -1]
    """
    if isinstance(example_ids, Ids):
        return example_ids.places(ids).astype(np.intp)
    wanted = set(ids)
    rows = {id_: row for row, id_ in enumerate(example_ids) if id_ in wanted}
    return np.array([rows.get(id_, -1) for id_ in ids], dtype=np.intp)


def right(votes: Votes, answers: NDArray[np.intp]) -> Mask:
    """Return which votes are right: for the gold label, or against another.

    Examples
    --------
    >>> right(np.array([0, 1, against(0), against(1), ABSTAIN]), np.zeros(5, dtype=int)).tolist()
    [True, False, False, True, False]
    """
    denied = (votes < ABSTAIN) & (_opposite(votes) != answers)
    found: Mask = (votes == answers) | denied
    return found


def contradict(mine: Votes, others: Votes) -> Mask:
    """Return where two functions' votes cannot both be right.

    Examples
    --------
    >>> mine, others = np.array([0, 0, 0, against(0)]), np.array([0, 1, against(0), against(1)])
    >>> contradict(mine, others).tolist()
    [False, True, True, False]
    """
    differ = (mine >= 0) & (others >= 0) & (mine != others)
    found: Mask = differ | ((mine != ABSTAIN) & (_opposite(mine) == others))
    return found


def _opposite(votes: Votes) -> NDArray[np.int16]:
    return -2 - votes.astype(np.int16)


def winners(probable: ProbableLabels) -> NDArray[np.intp]:
    """Return every row's most probable label; `UNDECIDED` where it is tied or uncovered.

    The same as `ProbableLabels.best`, for all rows at once.
    """
    return decided(probable.probabilities, probable.covered)


def decided(values: Probabilities, covered: Mask) -> NDArray[np.intp]:
    """Return the winning column of each row; `UNDECIDED` where it is tied or not covered."""
    best = values.argmax(axis=1)
    top = values[np.arange(len(values)), best]
    tied = (values >= top[:, None] - 1e-9).sum(axis=1) > 1
    return np.where(tied | ~covered, UNDECIDED, best)
