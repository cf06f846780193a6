"""The length condition: the text has so many words, or characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from curation.exceptions import FunctionError
from labeling_functions.conditions.bounds import between, within
from labeling_functions.conditions.characters import ASCII, every, rust_class
from labeling_functions.conditions.condition import Condition, Sieve
from labeling_functions.conditions.writing import call

if TYPE_CHECKING:
    import polars as pl

Unit = Literal["words", "characters"]


@dataclass(frozen=True)
class Length(Condition):
    """Holds where the text has `at_least` to `at_most` words, or characters.

    Attributes
    ----------
    at_least, at_most : int or None
        Bounds, inclusive; None is none.
    unit : str
        "words", which white space divides, or "characters".
    """

    kind: ClassVar[str] = "length"
    at_least: int | None = None
    at_most: int | None = None
    unit: Unit = "words"

    def __post_init__(self) -> None:
        if self.unit not in {"words", "characters"}:
            raise FunctionError(
                f"Length is counted in words or characters, not {self.unit!r}.",
                remedy='Write it like length(at_most=80, unit="characters").',
            )
        between(self.at_least, self.at_most, f"{self.unit} of a text")

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether the row's text is neither too short nor too long."""
        size = len(row.text.split()) if self.unit == "words" else len(row.text)
        return bool(within(size, self.at_least, self.at_most))

    def sieve(self, *, ascii_only: bool) -> Sieve:
        """Return the same, counted by polars."""
        import polars as pl

        text = pl.col("text").str
        if self.unit == "characters":
            size = text.len_bytes() if ascii_only else text.len_chars()
            return Sieve(within(size, self.at_least, self.at_most))
        return Sieve(_so_many_words(self.at_least, self.at_most, ASCII if ascii_only else every()))

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("length", self, but=())


def _so_many_words(at_least: int | None, at_most: int | None, alphabet: str) -> pl.Expr:
    """Return whether there are so many words; few are found sooner than all are counted."""
    import polars as pl

    space, word = _space_and_word(alphabet)

    def reaches(n: int) -> pl.Expr:
        if n <= 0:
            return pl.lit(True)
        if n > 50:
            return pl.col("text").str.count_matches(f"{word}+") >= n
        return pl.col("text").str.contains(rf"\A{space}*(?:{word}+{space}+){{{n - 1}}}{word}")

    enough = reaches(at_least or 0)
    return enough if at_most is None else enough & ~reaches(at_most + 1)


@lru_cache(maxsize=2)
def _space_and_word(alphabet: str) -> tuple[str, str]:
    """Return classes of what divides words, and of what they are made of."""
    space = "".join(sign for sign in alphabet if sign.isspace())
    return rust_class(space), rust_class(alphabet.translate(dict.fromkeys(map(ord, space))))


def length(
    *, at_least: int | None = None, at_most: int | None = None, unit: Unit = "words"
) -> Length:
    """Hold where the text has `at_least` to `at_most` words, or characters.

    Raises
    ------
    FunctionError
        The bounds let every text through, or none.
    """
    return Length(at_least, at_most, unit)
