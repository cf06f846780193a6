"""The lengths family: a label for every text of so many words, or characters."""

from __future__ import annotations

from labeling_functions.conditions import Condition
from labeling_functions.conditions.length import Unit, length
from labeling_functions.families.when import function_when
from labeling_functions.function import Label, LabelingFunction, about


def lengths(
    name: str,
    label: Label,
    *,
    at_least: int | None = None,
    at_most: int | None = None,
    unit: Unit = "words",
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote `label` where the text has `at_least` to `at_most` words, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    at_least, at_most : int, optional
        Bounds, inclusive.
    unit : str
        "words", or "characters".
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        The bounds let every text through, or none.

    Examples
    --------
    >>> from labeling_functions.rows import Row
    >>> short = lengths("short", "chitchat", at_most=2)
    >>> short(Row(text="hello there"))
    'chitchat'
    """
    with about(name):
        condition = length(at_least=at_least, at_most=at_most, unit=unit)
    return function_when("lengths", name, label, condition, scope)
