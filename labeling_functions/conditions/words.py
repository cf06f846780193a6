"""The words condition: one of some words or phrases stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from curation.exceptions import FunctionError
from labeling_functions.conditions.searched import Searched
from labeling_functions.conditions.writing import call


@dataclass(frozen=True)
class Words(Searched):
    """Holds where one of `words` stands in the text.

    Attributes
    ----------
    words : tuple of str
        Words or phrases; a space in a phrase matches any white space.
    whole_words : bool
        "art" does not match inside "start".
    ignore_case : bool
        "Open" matches "open".
    """

    kind: ClassVar[str] = "words"
    words: tuple[str, ...]
    whole_words: bool = True
    ignore_case: bool = True

    def __post_init__(self) -> None:
        texts = not isinstance(self.words, str) and all(isinstance(w, str) for w in self.words)
        if not texts or not self.words or not all(word.strip() for word in self.words):
            raise FunctionError(
                f"Words that are not empty are needed, not {self.words!r}.",
                remedy='Write them like words("open", "closing time").',
            )

    def compiled(self) -> re.Pattern[str]:
        """Return one expression for all of the words."""
        choices = alternatives(self.words)
        # Not \b: it would never match beside a word that ends in a sign, such as "c++".
        regex = rf"(?<!\w)(?:{choices})(?!\w)" if self.whole_words else choices
        return re.compile(regex, re.IGNORECASE if self.ignore_case else 0)

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("words", self, *self.words, but=("words",))


def alternatives(words: Iterable[str]) -> str:
    r"""Return an expression for any of some phrases.

    Examples
    --------
    >>> print(alternatives(["open", "closing time"]))
    open|closing\s+time
    """
    return "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)


def words(*words: str, whole_words: bool = True, ignore_case: bool = True) -> Words:
    """Hold where one of `words` stands in the text.

    Parameters
    ----------
    *words : str
        Words or phrases; a space in a phrase matches any white space.
    whole_words : bool
        "art" does not match inside "start".
    ignore_case : bool
        "Open" matches "open".

    Raises
    ------
    FunctionError
        No words, or an empty one.
    """
    return Words(words, whole_words, ignore_case)
