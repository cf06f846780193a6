"""Every number opens its rows: a selection names them, and `rows_of` finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from pydantic import Field

from curation.exceptions import FunctionError
from curation.types import ABSTAIN, Noun, ProbableLabels, VoteMatrix, Votes, against
from labeling_functions.aggregation.aggregate import aggregate
from labeling_functions.analysis.tally import (
    UNDECIDED,
    Mask,
    Rows,
    Tally,
    contradict,
    right,
    winners,
)

What = Literal[
    "all", "covered", "uncovered", "overlap", "agree", "conflict", "correct", "incorrect",
    "missed", "tied", "faults",
]  # fmt: skip
OTHER = "(no label of the task)"
"""The gold of rows whose answer is none of the task's labels."""


class Selection(Noun):
    """The rows that a number counts.

    With a function, `what` is about its votes; without one, about all functions together.
    """

    what: What = Field(default="covered", description="What was counted.")
    function: str = Field(default="", description="Whose votes; empty: all functions together.")
    other: str = Field(default="", description="Overlap, agree, conflict: with this function.")
    label: str = Field(default="", description="Only votes for this label, or answers with it.")
    against: bool = Field(default=False, description="Only votes against the label, instead.")
    gold: str = Field(default="", description="Only rows whose gold is this label, or `OTHER`.")
    labels: tuple[str, ...] = Field(
        default=(), description="Only rows where exactly these labels are voted for,"
    )
    denied: tuple[str, ...] = Field(default=(), description="and exactly these voted against.")
    functions: tuple[str, ...] = Field(
        default=(), description="Only rows where exactly these functions vote."
    )


def rows_of(
    matrix: VoteMatrix,
    selection: Selection,
    gold: Mapping[str, str] | None = None,
    probable: ProbableLabels | None = None,
) -> Rows:
    """Return the rows a selection names, in order.

    Parameters
    ----------
    matrix : VoteMatrix
    selection : Selection
    gold : mapping of example id to label, optional
        Never test rows.
    probable : ProbableLabels, optional
        What the votes add up to, for rows that are tied, or that all functions together answer;
        majority where absent.

    Raises
    ------
    FunctionError
        The selection names a function or a label there is not.
    """
    tally = Tally(matrix, gold)
    alone = bool(selection.function)
    mask = _of_one(tally, selection) if alone else _of_all(tally, selection, probable)
    if selection.gold:
        mask = mask & _answered(tally, selection.gold)
    if selection.labels or selection.denied:
        mask = mask & _voted_exactly(tally, selection)
    if selection.functions:
        mask = mask & _voting_exactly(tally, selection.functions)
    return np.flatnonzero(mask)


def label_place(labels: tuple[str, ...], label: str) -> int:
    """Return a label's index.

    Raises
    ------
    FunctionError
        The task has no such label.
    """
    if label not in labels:
        raise FunctionError(
            f"There is no label called {label!r}.", remedy=f"There is: {', '.join(labels)}."
        )
    return labels.index(label)


def column_of(matrix: VoteMatrix, name: str) -> int:
    """Return a function's column.

    Raises
    ------
    FunctionError
        No such function votes.
    """
    names = [function.name for function in matrix.functions]
    if name not in names:
        raise FunctionError(
            f"No function called {name!r} votes.", remedy=f"These do: {', '.join(names)}."
        )
    return names.index(name)


def _of_one(tally: Tally, selection: Selection) -> Mask:
    votes = tally.columns[column_of(tally.matrix, selection.function)]
    voted = votes != ABSTAIN
    if selection.label:
        place = label_place(tally.matrix.labels, selection.label)
        voted = votes == (against(place) if selection.against else place)
    correct = voted & _spread(tally, right(votes[tally.judged], tally.answers))
    judged = _spread(tally, np.ones(len(tally.judged), dtype=bool))
    masks: dict[What, Callable[[], Mask]] = {
        "all": lambda: np.ones(tally.n, dtype=bool),
        "covered": lambda: voted,
        "uncovered": lambda: ~voted,
        "overlap": lambda: voted & _beside(tally, selection, votes),
        "agree": lambda: voted & _beside(tally, selection, votes),
        "conflict": lambda: voted & _beside(tally, selection, votes),
        "correct": lambda: correct,
        "incorrect": lambda: voted & judged & ~correct,
        "missed": lambda: _due(tally, votes[voted]) & ~correct,
        "faults": lambda: _broken(tally, selection.function),
    }
    if selection.what not in masks:
        raise FunctionError("A tie is between functions.", remedy="Select it without a function.")
    return masks[selection.what]()


def _beside(tally: Tally, selection: Selection, votes: Votes) -> Mask:
    """Rows where other functions, or a certain one, vote too, compatibly, or otherwise."""
    if selection.other:
        others = tally.columns[column_of(tally.matrix, selection.other)]
        if selection.what == "overlap":
            voted: Mask = others != ABSTAIN
            return voted
        alike: Mask = others == votes
        return contradict(votes, others) if selection.what == "conflict" else alike
    conflict = tally.contradicted(np.arange(tally.n), votes)
    overlap: Mask = (tally.voters > 1) & (votes != ABSTAIN)
    beside = {"overlap": overlap, "conflict": conflict, "agree": overlap & ~conflict}
    return beside[selection.what]


def _of_all(tally: Tally, selection: Selection, probable: ProbableLabels | None) -> Mask:
    masks: dict[What, Callable[[], Mask]] = {
        "all": lambda: np.ones(tally.n, dtype=bool),
        "uncovered": lambda: tally.voters == 0,
        "overlap": lambda: tally.voters > 1,
        "agree": lambda: (tally.voters > 1) & ~tally.conflicting,
        "conflict": lambda: tally.conflicting,
        "faults": lambda: _broken(tally),
    }
    if selection.what in masks:
        return masks[selection.what]()
    if selection.what == "covered" and not selection.label:
        return tally.voters > 0
    return _answering(tally, selection, winners(probable or aggregate(tally.matrix)))


def _answering(tally: Tally, selection: Selection, best: Rows) -> Mask:
    """Rows by what all functions together answer; `covered` with a label: they answer it."""
    ours = np.ones(tally.n, dtype=bool)
    if selection.label:
        ours = best == label_place(tally.matrix.labels, selection.label)
    correct = _spread(tally, best[tally.judged] == tally.answers)
    judged = _spread(tally, np.ones(len(tally.judged), dtype=bool))
    masks: dict[What, Mask] = {
        "covered": ours,
        "tied": (tally.voters > 0) & (best == UNDECIDED),
        "correct": ours & correct,
        "incorrect": ours & judged & ~correct & (best != UNDECIDED),
        "missed": judged & ~correct,
    }
    return masks[selection.what]


def _spread(tally: Tally, found: Mask) -> Mask:
    """Turn a mask of the judged rows into one of all rows."""
    mask = np.zeros(tally.n, dtype=bool)
    mask[tally.judged] = found
    return mask


def _due(tally: Tally, votes: Votes) -> Mask:
    """Gold rows on which one of the votes a function casts would be right."""
    due = np.zeros(len(tally.judged), dtype=bool)
    for vote in np.unique(votes):
        due |= right(np.full(len(due), vote), tally.answers)
    return _spread(tally, due)


def _broken(tally: Tally, name: str = "") -> Mask:
    broken = {f.example_id for f in tally.matrix.faults if name in ("", f.function)}
    return np.array([id_ in broken for id_ in tally.matrix.example_ids], dtype=bool)


def _answered(tally: Tally, gold: str) -> Mask:
    labels = tally.matrix.labels
    wanted = len(labels) if gold == OTHER else label_place(labels, gold)
    return _spread(tally, tally.answers == wanted)


def _voted_exactly(tally: Tally, selection: Selection) -> Mask:
    mask = np.ones(tally.n, dtype=bool)
    for vote, name in enumerate(tally.matrix.labels):
        mask &= (tally.columns == vote).any(axis=0) == (name in selection.labels)
        if vote in tally.denied or name in selection.denied:
            denied = tally.denied.get(vote, np.zeros(tally.n, dtype=bool))
            mask &= denied == (name in selection.denied)
    return mask


def _voting_exactly(tally: Tally, names: tuple[str, ...]) -> Mask:
    wanted = {column_of(tally.matrix, name) for name in names}
    mask = np.ones(tally.n, dtype=bool)
    for place, votes in enumerate(tally.columns):
        mask &= (votes != ABSTAIN) == (place in wanted)
    return mask
