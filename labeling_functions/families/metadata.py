"""The metadata family: a label for every example whose other columns say so."""

from __future__ import annotations

from typing import Any

from labeling_functions.conditions import Condition
from labeling_functions.conditions.metadata import metadata
from labeling_functions.families.when import function_when
from labeling_functions.function import Label, LabelingFunction, about


def fields(
    name: str,
    label: Label,
    column: str,
    *values: Any,  # noqa: ANN401 - text, a number, true or false
    at_least: float | None = None,
    at_most: float | None = None,
    contains: str = "",
    matches: str = "",
    present: bool = True,
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote `label` where a column is one of `values` and passes the other tests, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    column : str
        A metadata column.
    *values
        Compared as text: 5 is "5".
    at_least, at_most : float, optional
        Bounds of a number, or of text that is one, inclusive.
    contains, matches : str, optional
        Text, or a regular expression, found in the value in either case.
    present : bool
        Without other tests: whether the column has a value at all.
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        No column, tests of a column that shall be absent, or no regular expression.

    Examples
    --------
    >>> from labeling_functions.rows import Row
    >>> happy = fields("happy", "praise", "stars", at_least=4)
    >>> happy(Row(text="", stars=5))
    'praise'
    """
    with about(name):
        condition = metadata(
            column,
            *values,
            at_least=at_least,
            at_most=at_most,
            contains=contains,
            matches=matches,
            present=present,
        )
    return function_when("metadata", name, label, condition, scope)
