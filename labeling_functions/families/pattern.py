"""The pattern family: a label for every text a regular expression is found in."""

from __future__ import annotations

from labeling_functions.conditions import Condition
from labeling_functions.conditions.pattern import matches
from labeling_functions.families.when import function_when
from labeling_functions.function import Label, LabelingFunction, about


def pattern(
    name: str,
    label: Label,
    regex: str,
    *,
    ignore_case: bool = True,
    scope: Condition | None = None,
) -> LabelingFunction:
    r"""Vote `label` where `regex` is found in the text, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    regex : str
        A Python regular expression, searched for anywhere in the text.
    ignore_case : bool
        Letters match in either case.
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        The expression does not compile.

    Examples
    --------
    >>> from labeling_functions.rows import Row
    >>> order_number = pattern("order_number", "order_status", r"#\d{6}")
    >>> order_number(Row(text="Where is #123456?"))
    'order_status'
    """
    with about(name):
        condition = matches(regex, ignore_case=ignore_case)
    return function_when("pattern", name, label, condition, scope)
