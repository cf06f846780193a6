"""The gazetteer condition: one of the terms of a list, which may be long, stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from curation.exceptions import FunctionError
from labeling_functions.conditions.condition import Condition, Sieve
from labeling_functions.conditions.folding import ascii_twins, folded
from labeling_functions.conditions.terms import read_terms, terms_in
from labeling_functions.conditions.words import words
from labeling_functions.conditions.writing import call

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

PIECE = re.compile(r"\w+|\W")
WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Gazetteer(Condition):
    """Holds where a term stands in the text, on the very rows `Words` would.

    Attributes
    ----------
    file : str
        Where the terms were read.
    terms : tuple of str
        A space in a term matches any white space.
    whole_words, ignore_case : bool
        As for `Words`.
    """

    kind: ClassVar[str] = "gazetteer"
    file: str
    terms: tuple[str, ...]
    whole_words: bool = True
    ignore_case: bool = True

    def __post_init__(self) -> None:
        if not self.terms or not all(term.split() for term in self.terms):
            raise FunctionError(
                f"Terms that are not empty are needed, not {self.terms[:9]!r}.",
                remedy='Write them into a file, one a line, and name it: listed("cities.txt").',
            )

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether the row's text contains a term."""
        return next(self._found(row.text), None) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where terms stand."""
        found = set(self._found(text))
        if not found:
            return []
        longest_first = sorted(found, key=len, reverse=True)
        few = words(*longest_first, whole_words=self.whole_words, ignore_case=self.ignore_case)
        return few.spans(text)

    def sieve(self, *, ascii_only: bool) -> Sieve:
        """Return whether some term stands in the text, be it in the middle of a word."""
        import polars as pl

        if not ascii_only:
            return super().sieve(ascii_only=ascii_only)
        if not self._in_ascii:
            return Sieve(pl.lit(False))
        # Of a phrase the longest word: how its words are spaced is looked at later.
        pieces = list({max(term.split(), key=len) for term in self._in_ascii})
        found = pl.col("text").str.contains_any(pieces, ascii_case_insensitive=self.ignore_case)
        return Sieve(found, exact=not self.whole_words and set(pieces) == set(self._in_ascii))

    def confirm(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Return where a whole term stands among rows that have a piece of one."""
        text = rows["text"]
        spaced = text.str.contains(r"[\t-\r\x1c-\x1f]|  ")
        quick = ((text.str.len_bytes() == text.str.len_chars()) & ~spaced).to_numpy()
        held = np.empty(len(rows), dtype=np.bool_)
        held[quick] = terms_in(
            text.filter(quick), self._in_ascii, self.whole_words, self.ignore_case
        )
        held[~quick] = super().confirm(rows.filter(~quick))
        return held

    @cached_property
    def _in_ascii(self) -> list[str]:
        """The terms that ASCII text can contain, as it would."""
        twins = ascii_twins() if self.ignore_case else {}
        told = (" ".join(term.split()).translate(twins) for term in self.terms)
        return [term for term in told if term.isascii()]

    @cached_property
    def _index(self) -> frozenset[str]:
        return frozenset(map(self._plain, self.terms))

    @cached_property
    def _longest(self) -> int:
        return max(len(PIECE.findall(" ".join(term.split()))) for term in self.terms)

    def _plain(self, text: str) -> str:
        spaced = " ".join(text.split())
        return folded(spaced) if self.ignore_case else spaced

    def _found(self, text: str) -> Iterator[str]:
        """Yield the terms in a text, as they are in the index."""
        plain = self._plain(text)
        stretches = self._whole(text) if self.whole_words else self._any(len(plain))
        return (plain[start:end] for start, end in stretches if plain[start:end] in self._index)

    def _whole(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield every stretch of few enough pieces that no word reaches into or out of."""
        pieces = list(PIECE.finditer(" ".join(text.split())))
        words = [bool(WORD.match(piece[0])) for piece in pieces]
        for first, piece in enumerate(pieces):
            if first and words[first - 1]:
                continue
            for last in range(first, min(first + self._longest, len(pieces))):
                if last + 1 == len(pieces) or not words[last + 1]:
                    yield piece.start(), pieces[last].end()

    def _any(self, length: int) -> Iterator[tuple[int, int]]:
        for size in {len(term) for term in self._index}:
            yield from ((start, start + size) for start in range(length - size + 1))

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("listed", self, self.file, but=("file", "terms"))


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
    return Gazetteer(file, read_terms(file), whole_words, ignore_case)
