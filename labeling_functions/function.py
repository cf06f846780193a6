"""A labeling function: a named rule that looks at a row and answers with a label, or abstains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from operator import index
from typing import Any

from curation.exceptions import FunctionError
from curation.types import ABSTAIN


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
        Takes a row; returns a label's name or index, or `ABSTAIN` or None.
    label : str or None
        The one label it can vote, where the family knows it.
    """

    name: str
    family: str
    rule: Callable[[Any], object]
    label: str | None = None

    def __call__(self, x: Any) -> object:  # noqa: ANN401 - a row, or whatever a test passes
        """Return the rule's own answer about a row."""
        return self.rule(x)


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
    """
    if answer is None:
        return ABSTAIN
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
    near = get_close_matches(label, labels, n=3)
    known = f"Did you mean {', '.join(near)}?" if near else f"There is: {', '.join(labels)}."
    raise FunctionError(f"There is no label called {label!r}.", remedy=known)


def _index(answer: object) -> int | None:
    try:
        return index(answer)  # type: ignore[arg-type]
    except TypeError:
        return None
