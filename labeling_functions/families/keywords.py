"""The keywords family: a label for every text that contains one of some words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from curation.exceptions import FunctionError
from labeling_functions.function import LabelingFunction
from labeling_functions.rows import Row


def keywords(
    name: str,
    label: str,
    words: Iterable[str],
    *,
    whole_words: bool = True,
    ignore_case: bool = True,
) -> LabelingFunction:
    """Vote `label` where the text contains one of `words`, else abstain.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str
        One of the task's labels.
    words : iterable of str
        Words or phrases; a space in a phrase matches any white space.
    whole_words : bool
        "art" does not match inside "start".
    ignore_case : bool
        "Open" matches "open".

    Raises
    ------
    FunctionError
        No words, or an empty one, or a string where a list was meant.

    Examples
    --------
    >>> asks_hours = keywords("asks_hours", "store_hours", ["open", "closing time"])
    >>> asks_hours(Row(text="When do you OPEN?"))
    'store_hours'
    >>> asks_hours(Row(text="I reopened the box")) is None
    True
    """
    listed = _listed(name, words)
    search = re.compile(_alternatives(listed, whole_words), re.IGNORECASE if ignore_case else 0)

    def rule(x: Row) -> str | None:
        return label if search.search(x.text) else None

    return LabelingFunction(name=name, family="keywords", rule=rule, label=label)


def _listed(name: str, words: Iterable[str]) -> list[str]:
    listed = [] if isinstance(words, str) else list(words)
    if not listed or not all(word.strip() for word in listed):
        raise FunctionError(
            f"keywords needs a list of words that are not empty, not {words!r}.",
            where=name,
            remedy='Write it like keywords("asks_hours", "store_hours", ["open", "close"]).',
        )
    return listed


def _alternatives(words: list[str], whole_words: bool) -> str:
    choices = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    # Not \b: it would never match beside a word that ends in a sign, such as "c++".
    return rf"(?<!\w)(?:{choices})(?!\w)" if whole_words else choices
