"""The python family: any function of a row, made a labeling function by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from labeling_functions.function import LabelingFunction

Rule = Callable[[Any], object]


@overload
def labeling_function(rule: Rule) -> LabelingFunction: ...
@overload
def labeling_function(*, name: str | None = None) -> Callable[[Rule], LabelingFunction]: ...
def labeling_function(
    rule: Rule | None = None, *, name: str | None = None
) -> LabelingFunction | Callable[[Rule], LabelingFunction]:
    """Make a labeling function of a plain one, with or without parentheses.

    The function is given a row `x` with `x.text`, `x.metadata` and every metadata column as an
    attribute. It returns a label's name or index, or `ABSTAIN` or None.

    Parameters
    ----------
    rule : callable
        The function being decorated.
    name : str, optional
        The labeling function's name; the function's own when absent.

    Examples
    --------
    >>> @labeling_function
    ... def shouts(x):
    ...     return "complaint" if x.text.isupper() else None
    >>> shouts.name
    'shouts'
    """

    def decorate(rule: Rule) -> LabelingFunction:
        return LabelingFunction(name=name or rule.__name__, family="python", rule=rule)

    return decorate if rule is None else decorate(rule)
