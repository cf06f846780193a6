"""What the families that ask for embeddings, gold, runs or models have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import ABSTAIN, JsonObject, Votes, against, vote_type
from labeling_functions.conditions import Condition, condition_from
from labeling_functions.function import Label, LabelingFunction, Not, label_index

NUMBERS_AT_ONCE = 1 << 22
"""Similarities in memory together: 16 MB."""
ROWS_AT_ONCE = 1 << 14
Rows = NDArray[np.int64]


def serve(
    name: str, family: str, data: JsonObject, *, label: Label | None, scope: Condition | None
) -> LabelingFunction:
    """Return a function that votes a column at a time, served with what it asks for.

    Parameters
    ----------
    name, family : str
    data : dict
        What the family needs to vote, as JSON.
    label : str or Not, optional
        The one label it votes, where there is one.
    scope : condition or None

    Raises
    ------
    FunctionError
        The label is none, or the scope is no condition.
    """
    if not (label is None or isinstance(label, (str, Not))):
        raise FunctionError(f"A label is needed, not {label!r}.", where=name)
    if not (scope is None or isinstance(scope, Condition)):
        raise FunctionError(
            f"A scope is a condition, not {scope!r}.",
            where=name,
            remedy='Write it like scope=words("refund").',
        )

    def alone(_row: object) -> object:
        raise FunctionError(
            f"A {family} function votes in a project, which has what it asks for.",
            where=name,
            remedy="Vote in the app, or with `tunesmith vote`.",
        )

    vote = {} if label is None else said(label)
    rule = {"family": family, **vote, "scope": scope.data if scope else None, **data}
    one, other = vote.get("vote"), bool(vote.get("against"))
    return LabelingFunction(name, family, alone, one, other, rule, scope)


def said(label: Label) -> JsonObject:
    """Return a label, or `not_("label")`, as data."""
    plain = label.label if isinstance(label, Not) else label
    return {"vote": plain, "against": isinstance(label, Not)}


def one_vote(rule: Mapping[str, object], labels: Sequence[str]) -> int:
    """Return the vote of a rule, or of a part of one, that says `vote` and may say `against`.

    Raises
    ------
    FunctionError
        The task has no such label.

    Examples
    --------
    >>> one_vote({"vote": "spam"}, ["ham", "spam"])
    1
    >>> one_vote({"vote": "spam", "against": True}, ["ham", "spam"])
    -3
    """
    vote = label_index(str(rule["vote"]), tuple(labels))
    return against(vote) if rule.get("against") else vote


def number(name: str, what: str, value: float, low: float) -> float:
    """Return a number from `low` to 1, or refuse it.

    Raises
    ------
    FunctionError
        It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= 1:
        raise FunctionError(f"{what}={value!r}: it is a number from {low:g} to 1.", where=name)
    return float(value)


def nobody(corpus: Corpus, labels: Sequence[str]) -> Votes:
    """Return abstentions, one a row."""
    return np.full(len(corpus), ABSTAIN, dtype=vote_type(len(labels)))


def rows_in_scope(rule: JsonObject, corpus: Corpus) -> Rows:
    """Return the rows a function looks at: those its `scope` holds for, or all."""
    if not rule.get("scope"):
        return np.arange(len(corpus))
    return np.flatnonzero(condition_from(rule["scope"]).mask(corpus))


def in_parts(rows: Rows, width: int) -> Iterator[Rows]:
    """Yield rows some at a time, few enough to compare each with `width` others."""
    size = max(1, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // max(1, width)))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
