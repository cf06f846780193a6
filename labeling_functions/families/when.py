"""The when family: a label for every row on which a condition holds; how all of its kind vote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.exceptions import FunctionError
from curation.types import ABSTAIN, JsonObject, Votes, against, vote_type
from labeling_functions.conditions import Condition, condition_from, masks
from labeling_functions.function import Label, LabelingFunction, declared, label_index

if TYPE_CHECKING:
    from curation.corpus import Corpus


def when(
    name: str, label: Label, condition: Condition, *, scope: Condition | None = None
) -> LabelingFunction:
    """Vote `label` where `condition` holds, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    condition : Condition
        `words`, `matches`, `listed`, `length`, `punctuation`, `metadata`, or several in `all_of`,
        `any_of`, `none_of`.
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        The condition or the scope is none.

    Examples
    --------
    >>> from labeling_functions import all_of, length, words
    >>> from labeling_functions.rows import Row
    >>> thanks = when("thanks", "goodbye", all_of(words("thanks"), length(at_most=3)))
    >>> thanks(Row(text="Thanks, bye!"))
    'goodbye'
    """
    return function_when("when", name, label, condition, scope)


def function_when(
    family: str, name: str, label: Label, condition: Condition, scope: Condition | None
) -> LabelingFunction:
    """Return the function of any family that votes where a condition holds."""
    if not isinstance(condition, Condition):
        raise FunctionError(
            f"A condition is needed, not {condition!r}.",
            where=name,
            remedy='Write it like when("asks_hours", "store_hours", words("open")).',
        )
    return declared(name, family, label, condition.holds, scope, when=condition.data)


def votes(
    rule: JsonObject,
    corpus: Corpus,
    labels: Sequence[str],
    resources: Any = None,  # noqa: ANN401, ARG001 - families that are served need them
) -> Votes:
    """Return the votes of a function that is a condition.

    Parameters
    ----------
    rule : dict
        `FunctionInfo.rule`: "vote", "against", "when", "scope".
    corpus : Corpus, length n
    labels : sequence of str
        The task's labels, in vote order.
    resources : Resources, optional
        Not needed here.

    Returns
    -------
    int8 array, shape (n,)

    Raises
    ------
    FunctionError
        The label is none of the task's; or a pattern that only Python's `re` can search took too
        long on some row. Then let the function itself vote, a row at a time in a limited process:
        its answers are the same, and its faults name the rows.
    """
    return votes_together([rule], corpus, labels)[:, 0]


def votes_together(rules: Sequence[JsonObject], corpus: Corpus, labels: Sequence[str]) -> Votes:
    """Return the votes of many such functions, asked together and so on every core at once.

    Returns
    -------
    int8 array, shape (n, m)
        One column after another in memory.

    Raises
    ------
    FunctionError
        As `votes`.
    """
    cast = [_vote(rule, labels) for rule in rules]
    conditions = [condition_of(rule) for rule in rules]
    held = masks(conditions, corpus)
    shape = (len(rules), len(corpus))
    found = np.full(shape, ABSTAIN, dtype=vote_type(len(labels)))
    for place, vote in enumerate(cast):
        found[place, held[place]] = vote
    return found.T


def condition_of(rule: JsonObject) -> Condition:
    """Return the condition under which a declarative function votes, its scope included.

    Examples
    --------
    >>> condition_of({"when": {"kind": "length", "at_most": 3}, "scope": None})
    Length(at_least=None, at_most=3, unit='words')
    """
    from labeling_functions.conditions.combined import all_of

    condition = condition_from(rule["when"])
    scope = rule.get("scope")
    return all_of(condition_from(scope), condition) if scope else condition


def _vote(rule: JsonObject, labels: Sequence[str]) -> int:
    label = label_index(rule["vote"], tuple(labels))
    return against(label) if rule.get("against") else label
