"""The gazetteer condition: one of the terms of a list, which may be long, stands in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from labeling_functions.conditions.terms import read_terms
from labeling_functions.conditions.words import Words
from labeling_functions.conditions.writing import call


@dataclass(frozen=True)
class Gazetteer(Words):
    """Holds where a term of a file stands in the text, as `Words` does.

    Attributes
    ----------
    file : str
        Where the terms were read.
    """

    kind: ClassVar[str] = "gazetteer"
    file: str = ""

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("listed", self, self.file, but=("file", "words"))


def listed(file: str, *, whole_words: bool = True, ignore_case: bool = True) -> Gazetteer:
    """Hold where a term of `file` stands in the text.

    Parameters
    ----------
    file : str
        In the functions folder: a `.txt` with a term a line, or a `.csv` whose first column has
        them.
    whole_words, ignore_case : bool
        As for `words`.

    Raises
    ------
    FunctionError
        The file cannot be read, or lists nothing.
    """
    return Gazetteer(read_terms(file), whole_words, ignore_case, file)
