"""The punctuation condition: so many of some signs stand in the text, or so large a share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from curation.exceptions import FunctionError
from labeling_functions.conditions.bounds import between, within
from labeling_functions.conditions.characters import rust_class
from labeling_functions.conditions.condition import Condition, Sieve
from labeling_functions.conditions.writing import call


@dataclass(frozen=True)
class Punctuation(Condition):
    """Holds where `at_least` to `at_most` of the text's characters are among `signs`.

    Attributes
    ----------
    signs : str
        Characters, each of which counts: "!?" counts exclamation and question marks.
    at_least, at_most : float or None
        Bounds, inclusive; with neither, one sign is enough.
    share : bool
        The bounds are shares of all characters, from 0 to 1; an empty text's share is 0.
    """

    kind: ClassVar[str] = "punctuation"
    signs: str
    at_least: float | None = None
    at_most: float | None = None
    share: bool = False

    def __post_init__(self) -> None:
        if not self.signs or not isinstance(self.signs, str):
            raise FunctionError(
                f"Signs to count are needed, not {self.signs!r}.",
                remedy='Write them like punctuation("!?", at_least=2).',
            )
        if not (self.at_least is None and self.at_most is None):
            between(self.at_least, self.at_most, f"of {self.signs} in a text")

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether the row's text has neither too few of the signs nor too many."""
        count = sum(map(row.text.count, set(self.signs)))
        if self.at_least is None and self.at_most is None:
            return bool(count > 0)
        size = count / max(len(row.text), 1) if self.share else count
        return bool(within(size, self.at_least, self.at_most))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the signs are."""
        return [(place, place + 1) for place, sign in enumerate(text) if sign in self.signs]

    def sieve(self, *, ascii_only: bool) -> Sieve:
        """Return the same, counted by polars."""
        import polars as pl

        text = pl.col("text").str
        signs = rust_class("".join(sorted(set(self.signs))))
        if self.at_least is None and self.at_most is None:
            return Sieve(text.contains(signs))
        size = text.count_matches(signs)
        if self.share:
            length = (text.len_bytes() if ascii_only else text.len_chars()).clip(1)
            size = size.cast(pl.Float64) / length.cast(pl.Float64)
        return Sieve(within(size, self.at_least, self.at_most))

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("punctuation", self, self.signs, but=("signs",))


def punctuation(
    signs: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    share: bool = False,
) -> Punctuation:
    """Hold where `at_least` to `at_most` of `signs` stand in the text; one, when neither is given.

    Parameters
    ----------
    signs : str
        Characters, each of which counts.
    at_least, at_most : float, optional
        Bounds, inclusive.
    share : bool
        The bounds are shares of all characters, from 0 to 1.

    Raises
    ------
    FunctionError
        No signs, or bounds that let every text through, or none.
    """
    return Punctuation(signs, at_least, at_most, share)
