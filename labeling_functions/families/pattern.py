"""The pattern family: a label for every text a regular expression is found in."""

from __future__ import annotations

import re

from curation.exceptions import FunctionError
from labeling_functions.function import LabelingFunction
from labeling_functions.rows import Row


def pattern(name: str, label: str, regex: str, *, ignore_case: bool = True) -> LabelingFunction:
    r"""Vote `label` where `regex` is found in the text, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str
        One of the task's labels.
    regex : str
        A Python regular expression, searched for anywhere in the text.
    ignore_case : bool
        Letters match in either case.

    Raises
    ------
    FunctionError
        The expression does not compile.

    Examples
    --------
    >>> order_number = pattern("order_number", "order_status", r"#\d{6}")
    >>> order_number(Row(text="Where is #123456?"))
    'order_status'
    """
    try:
        search = re.compile(regex, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise FunctionError(
            f"The regular expression {regex!r} does not compile: {error}.",
            where=name,
            remedy="Correct it; a literal sign needs a backslash before it.",
        ) from error

    def rule(x: Row) -> str | None:
        return label if search.search(x.text) else None

    return LabelingFunction(name=name, family="pattern", rule=rule, label=label)
