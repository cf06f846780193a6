"""A labeling function: a named rule that looks at a row and answers with a label, or abstains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import index
from typing import Any

from curation.exceptions import FunctionError
from curation.registry import nearest
from curation.types import ABSTAIN, JsonObject
from curation.types import against as vote_against
from labeling_functions.conditions import Condition


@dataclass(frozen=True)
class Not:
    """Any label but this one: what a function says that knows what a row is not."""

    label: str


def not_(label: str) -> Not:
    """Return the vote "not this label", for any place a label may stand.

    Raises
    ------
    FunctionError
        It is no label's name.

    Examples
    --------
    >>> not_("billing")
    Not(label='billing')
    """
    if not isinstance(label, str) or not label:
        raise FunctionError(f"not_ needs a label's name, not {label!r}.", remedy='Like not_("a").')
    return Not(label)


Label = str | Not
"""What a declarative function votes: a label, or any but that one."""


@dataclass(frozen=True)
class LabelingFunction:
    """A source of votes; calling it with a row gives the rule's own answer.

    Attributes
    ----------
    name : str
        Unique in the project.
    family : str
        The family that made it.
    rule : callable
        Takes a row; returns a label's name or index, `Not` a label, or `ABSTAIN` or None.
    label : str, optional
        The one label it can vote for, or against, where the family knows it.
    against : bool
        It votes "not this label".
    data : dict, optional
        What it does, as JSON, where its family can say so: its votes follow from it alone.
    scope : Condition, optional
        It abstains on rows where this does not hold.
    """

    name: str
    family: str
    rule: Callable[[Any], object]
    label: str | None = None
    against: bool = False
    data: JsonObject | None = None
    scope: Condition | None = None

    def __call__(self, x: Any) -> object:  # noqa: ANN401 - a row, or whatever a test passes
        """Return the rule's own answer about a row."""
        if self.scope is not None and not self.scope.holds(x):
            return None
        return self.rule(x)

    @property
    def polarity(self) -> str:
        """What it can vote, in words; empty where only its code knows.

        Examples
        --------
        >>> LabelingFunction("f", "when", bool, label="spam", against=True).polarity
        'not spam'
        """
        return f"not {self.label}" if self.label and self.against else self.label or ""


@contextmanager
def about(name: str) -> Iterator[None]:
    """Say of errors inside that they are about the function `name`."""
    try:
        yield
    except FunctionError as error:
        raise FunctionError(error.what, where=error.where or name, remedy=error.remedy) from error


def declared(
    name: str,
    family: str,
    label: Label,
    rule: Callable[[Any], bool],
    scope: Condition | None,
    **data: Any,  # noqa: ANN401 - values of JSON
) -> LabelingFunction:
    """Return a function that votes one label where `rule` is true, and is data as a whole.

    Parameters
    ----------
    name, family : str
    label : str or Not
    rule : callable
        Takes a row; whether to vote.
    scope : Condition or None
        The function abstains elsewhere.
    **data
        What the family needs to vote, beside its name, the label and the scope.

    Raises
    ------
    FunctionError
        The label is none, or the scope is no condition.
    """
    if not isinstance(label, (str, Not)):
        raise FunctionError(
            f"A label is needed, not {label!r}.", where=name, remedy='Write its name, or not_("a").'
        )
    checked_scope(scope, name)
    against = isinstance(label, Not)
    plain = label.label if isinstance(label, Not) else label
    place = scope.data if scope else None
    return LabelingFunction(
        name,
        family,
        lambda x: label if rule(x) else None,
        plain,
        against,
        {"family": family, "vote": plain, "against": against, "scope": place, **data},
        scope,
    )


def checked_scope(scope: Condition | None, name: str) -> Condition | None:
    """Return the scope of the function `name`, if it is one.

    Raises
    ------
    FunctionError
        It is no condition.
    """
    if scope is None or isinstance(scope, Condition):
        return scope
    raise FunctionError(
        f"A scope is a condition, not {scope!r}.",
        where=name,
        remedy='Write it like scope=words("refund").',
    )


def vote_of(answer: object, labels: tuple[str, ...]) -> int:
    """Return the vote a function's answer stands for.

    Raises
    ------
    FunctionError
        The answer is no label of the task.

    Examples
    --------
    >>> vote_of("spam", ("ham", "spam")), vote_of(0, ("ham", "spam")), vote_of(None, ("ham",))
    (1, 0, -1)
    >>> vote_of(not_("spam"), ("ham", "spam"))
    -3
    """
    if answer is None:
        return ABSTAIN
    if isinstance(answer, Not):
        return vote_against(label_index(answer.label, labels))
    if isinstance(answer, str):
        return label_index(answer, labels)
    # True would silently be the label at index 1.
    vote = None if isinstance(answer, bool) else _index(answer)
    if vote is None or not ABSTAIN <= vote < len(labels):
        raise FunctionError(
            f"{answer!r} is no vote.",
            remedy=f"Return a label's name, an index from 0 to {len(labels) - 1}, or ABSTAIN.",
        )
    return vote


def label_index(label: str, labels: tuple[str, ...]) -> int:
    """Return a label's place among the task's, or say which names are near.

    Raises
    ------
    FunctionError
        The task has no such label.
    """
    if label in labels:
        return labels.index(label)
    raise FunctionError(f"There is no label called {label!r}.", remedy=nearest(label, labels))


def _index(answer: object) -> int | None:
    try:
        return index(answer)  # type: ignore[arg-type]
    except TypeError:
        return None
