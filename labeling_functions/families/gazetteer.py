"""The gazetteer family: a label for every text that names something on a list kept in a file."""

from __future__ import annotations

from labeling_functions.conditions import Condition
from labeling_functions.conditions.gazetteer import listed
from labeling_functions.families.when import function_when
from labeling_functions.function import Label, LabelingFunction, about


def gazetteer(
    name: str,
    label: Label,
    file: str,
    *,
    whole_words: bool = True,
    ignore_case: bool = True,
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote `label` where the text contains a term of `file`, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    file : str
        In the functions folder: a `.txt` with a term a line, or a `.csv` whose first column has
        them. Thousands are no burden.
    whole_words : bool
        "art" does not match inside "start".
    ignore_case : bool
        "Paris" matches "paris".
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        The file cannot be read, or lists nothing.
    """
    with about(name):
        condition = listed(file, whole_words=whole_words, ignore_case=ignore_case)
    return function_when("gazetteer", name, label, condition, scope)
