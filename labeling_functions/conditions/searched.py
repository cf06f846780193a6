"""A condition that holds where a regular expression is found in the text."""

from __future__ import annotations

import re
from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from labeling_functions.conditions import searching
from labeling_functions.conditions.condition import Condition, Sieve
from labeling_functions.conditions.translation import translated

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray


class Searched(Condition):
    """A condition that can be said as one regular expression."""

    @abstractmethod
    def compiled(self) -> re.Pattern[str]:
        """Return the regular expression."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression, compiled once."""
        return self.compiled()

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether the expression is found in the row's text."""
        return self.pattern.search(row.text) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where it is found."""
        return searching.spans(self.pattern, text)

    def sieve(self, *, ascii_only: bool) -> Sieve:
        """Return the expression as the Rust engine knows it."""
        import polars as pl

        rust = translated(self.pattern.pattern, self.pattern.flags, ascii_only=ascii_only)
        return Sieve(pl.col("text").str.contains(rust.regex), exact=rust.exact)

    def confirm(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Return where Python's `re` finds it."""
        return np.array(searching.found(self.pattern, rows["text"].to_list()), dtype=np.bool_)
