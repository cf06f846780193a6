"""The python family: any function of a row, made a labeling function by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from labeling_functions.conditions import Condition
from labeling_functions.function import LabelingFunction, checked_scope

Rule = Callable[[Any], object]


@overload
def labeling_function(rule: Rule) -> LabelingFunction: ...
@overload
def labeling_function(
    *, name: str | None = None, scope: Condition | None = None
) -> Callable[[Rule], LabelingFunction]: ...
def labeling_function(
    rule: Rule | None = None, *, name: str | None = None, scope: Condition | None = None
) -> LabelingFunction | Callable[[Rule], LabelingFunction]:
    """Make a labeling function of a plain one, with or without parentheses.

    The function is given a row `x` with `x.text`, `x.metadata` and every metadata column as an
    attribute. It returns a label's name or index, `not_` a label, or `ABSTAIN` or None.

    Parameters
    ----------
    rule : callable
        The function being decorated.
    name : str, optional
        The labeling function's name; the function's own when absent.
    scope : Condition, optional
        It is not asked, and abstains, elsewhere.

    Examples
    --------
    >>> @labeling_function
    ... def shouts(x):
    ...     return "complaint" if x.text.isupper() else None
    >>> shouts.name
    'shouts'
    """

    def decorate(rule: Rule) -> LabelingFunction:
        return LabelingFunction(
            name or rule.__name__, "python", rule, scope=checked_scope(scope, rule.__name__)
        )

    return decorate if rule is None else decorate(rule)
