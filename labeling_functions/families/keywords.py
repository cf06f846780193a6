"""The keywords family: a label for every text that contains one of some words."""

from __future__ import annotations

from collections.abc import Iterable

from curation.exceptions import FunctionError
from labeling_functions.conditions import Condition
from labeling_functions.conditions.words import Words
from labeling_functions.families.when import function_when
from labeling_functions.function import Label, LabelingFunction


def keywords(
    name: str,
    label: Label,
    words: Iterable[str],
    *,
    whole_words: bool = True,
    ignore_case: bool = True,
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote `label` where the text contains one of `words`, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str or Not
        One of the task's labels, or `not_` one of them.
    words : iterable of str
        Words or phrases; a space in a phrase matches any white space.
    whole_words : bool
        "art" does not match inside "start".
    ignore_case : bool
        "Open" matches "open".
    scope : Condition, optional
        Abstain elsewhere.

    Raises
    ------
    FunctionError
        No words, or an empty one, or a string where a list was meant.

    Examples
    --------
    >>> from labeling_functions.rows import Row
    >>> asks_hours = keywords("asks_hours", "store_hours", ["open", "closing time"])
    >>> asks_hours(Row(text="When do you OPEN?"))
    'store_hours'
    >>> asks_hours(Row(text="I reopened the box")) is None
    True
    """
    listed = () if isinstance(words, str) else tuple(words)
    if not listed or not all(isinstance(word, str) and word.strip() for word in listed):
        raise FunctionError(
            f"keywords needs a list of words that are not empty, not {words!r}.",
            where=name,
            remedy='Write it like keywords("asks_hours", "store_hours", ["open", "close"]).',
        )
    condition = Words(listed, whole_words, ignore_case)
    return function_when("keywords", name, label, condition, scope)
