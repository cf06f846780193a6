"""The punctuation family: a label for every text with so many of some signs."""

from __future__ import annotations

from labeling_functions.conditions import Condition
from labeling_functions.conditions.punctuation import punctuation
from labeling_functions.families.when import function_when
from labeling_functions.function import Label, LabelingFunction, about


def marks(
    name: str,
    label: Label,
    signs: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    share: bool = False,
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote `label` where `at_least` to `at_most` of `signs` stand in the text, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    signs : str
        Characters, each of which counts: "!?" counts exclamation and question marks.
    at_least, at_most : float, optional
        Bounds, inclusive; with neither, one sign is enough.
    share : bool
        The bounds are shares of all characters, from 0 to 1.
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        No signs, or bounds that let every text through, or none.

    Examples
    --------
    >>> from labeling_functions.rows import Row
    >>> upset = marks("upset", "complaint", "!", at_least=2)
    >>> upset(Row(text="No!! Never!"))
    'complaint'
    """
    with about(name):
        condition = punctuation(signs, at_least=at_least, at_most=at_most, share=share)
    return function_when("punctuation", name, label, condition, scope)
