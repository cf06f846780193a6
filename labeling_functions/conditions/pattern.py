"""The pattern condition: a regular expression is found in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from curation.exceptions import FunctionError
from labeling_functions.conditions.searched import Searched
from labeling_functions.conditions.writing import call


@dataclass(frozen=True)
class Pattern(Searched):
    """Holds where `regex`, a Python regular expression, is found in the text.

    Attributes
    ----------
    regex : str
    ignore_case : bool
        Letters match in either case.
    """

    kind: ClassVar[str] = "pattern"
    regex: str
    ignore_case: bool = True

    def __post_init__(self) -> None:
        self.compiled()

    def compiled(self) -> re.Pattern[str]:
        """Return the expression, or say why it is none."""
        try:
            return re.compile(self.regex, re.IGNORECASE if self.ignore_case else 0)
        except (re.error, RecursionError, OverflowError) as error:
            raise FunctionError(
                f"The regular expression {self.regex!r} does not compile: {error}.",
                remedy="Correct it; a literal sign needs a backslash before it.",
            ) from error

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("matches", self, self.regex, but=("regex",), raw=True)


def matches(regex: str, *, ignore_case: bool = True) -> Pattern:
    """Hold where `regex` is found anywhere in the text.

    Raises
    ------
    FunctionError
        The expression does not compile.
    """
    return Pattern(regex, ignore_case)
