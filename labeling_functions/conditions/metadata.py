"""The metadata condition: what another column of the example holds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from curation.exceptions import FunctionError
from labeling_functions.conditions import searching
from labeling_functions.conditions.bounds import within
from labeling_functions.conditions.condition import Condition, Sieve
from labeling_functions.conditions.writing import call

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

SAFE = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
"""Text that stands in JSON as it is, and is no number, which may be written in many ways."""
SIMPLE = r'(?:"[^"\\]*"|[^"\[\]{},]+)'
"""A value of JSON that holds no other, and nothing escaped."""


@dataclass(frozen=True)
class Metadata(Condition):
    """Holds where a column passes every test that is given; without any, where it has a value.

    Attributes
    ----------
    column : str
    values : tuple of str
        The column's value, as text, is one of them.
    at_least, at_most : float or None
        Bounds of a number, or of text that is one, inclusive.
    contains : str
        Stands in the value, in either case.
    matches : str
        A regular expression found in the value, in either case.
    present : bool
        False: the column is absent, null or empty. It excludes the other tests.
    """

    kind: ClassVar[str] = "metadata"
    column: str
    values: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    contains: str = ""
    matches: str = ""
    present: bool = True

    def __post_init__(self) -> None:
        tests = self.values or self.contains or self.matches or self.at_least or self.at_most
        if not self.column or not isinstance(self.column, str) or (tests and not self.present):
            raise FunctionError(
                f"This asks nothing of a column that could be so: {self.data}.",
                remedy='Write it like metadata("channel", "email").',
            )
        try:
            re.compile(self.matches, re.IGNORECASE)
        except re.error as error:
            raise FunctionError(
                f"The regular expression {self.matches!r} does not compile: {error}.",
                remedy="Correct it; a literal sign needs a backslash before it.",
            ) from error

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What `matches` asks for, compiled once."""
        return re.compile(self.matches, re.IGNORECASE)

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether the row's column passes."""
        text = as_text(row.metadata.get(self.column))
        return self._passes(text) and self.pattern.search(text) is not None

    def _passes(self, text: str) -> bool:
        """Whether a value passes all tests but that of the regular expression."""
        if not text or not self.present:
            return bool(text) == self.present
        if self.values and text not in self.values:
            return False
        if self.contains and self.contains.lower() not in text.lower():
            return False
        if self.at_least is None and self.at_most is None:
            return True
        number = _number(text)
        return number is not None and bool(within(number, self.at_least, self.at_most))

    def sieve(self, *, ascii_only: bool) -> Sieve:
        """Return whether the column's name, and one of the values, stand in the JSON at all."""
        import polars as pl

        json_text = pl.col("metadata").str
        told = super().sieve(ascii_only=ascii_only).expression
        if self.present and SAFE.fullmatch(self.column):
            told &= json_text.contains(f'"{self.column}"', literal=True)
        if self.values and all(map(SAFE.fullmatch, self.values)):
            told &= json_text.contains_any(list(self.values))
        return Sieve(told, exact=False)

    def confirm(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Return where the column passes; each different value is looked at once."""
        import polars as pl

        column = rows["metadata"]
        found = column.str.extract(_value_of(self.column), 1)
        hard = found.is_null()
        read = [json.dumps(json.loads(row).get(self.column)) for row in column.filter(hard)]
        found = found.scatter(hard.arg_true(), pl.Series(read, dtype=pl.String))
        distinct = found.unique().to_list()
        passed = pl.Series(self._passing([as_text(json.loads(value)) for value in distinct]))
        return found.replace_strict(distinct, passed, return_dtype=pl.Boolean).to_numpy()

    def _passing(self, texts: list[str]) -> list[bool]:
        passed = list(map(self._passes, texts))
        if self.matches:
            asked = [place for place, passes in enumerate(passed) if passes]
            found = searching.found(self.pattern, [texts[place] for place in asked])
            for place, matched in zip(asked, found, strict=True):
                passed[place] = matched
        return passed

    def code(self) -> str:
        """Return the Python that makes it."""
        return call("metadata", self, self.column, *self.values, but=("column", "values"))


def _value_of(column: str) -> str:
    """Return an expression for a column's value in JSON, if only simple ones stand before it."""
    name = re.escape(json.dumps(column, ensure_ascii=False))
    return rf'\A\{{(?:"[^"\\]*"\s*:\s*{SIMPLE},\s*)*{name}\s*:\s*({SIMPLE})[,}}]'


def as_text(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    """Return a column's value as text: null is empty, and what is no text is as JSON has it.

    Examples
    --------
    >>> as_text("5"), as_text(5), as_text(True), as_text(None)
    ('5', '5', 'true', '')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if np.isnan(number) else number


def metadata(
    column: str,
    *values: Any,  # noqa: ANN401 - text, a number, true or false
    at_least: float | None = None,
    at_most: float | None = None,
    contains: str = "",
    matches: str = "",
    present: bool = True,
) -> Metadata:
    """Hold where a column is one of `values` and passes the other tests given.

    Parameters
    ----------
    column : str
    *values
        Compared as text: 5 is "5".
    at_least, at_most : float, optional
        Bounds of a number, or of text that is one, inclusive.
    contains, matches : str, optional
        Text, or a regular expression, found in the value in either case.
    present : bool
        Without other tests: whether the column has a value at all.

    Raises
    ------
    FunctionError
        No column, tests of a column that shall be absent, or no regular expression.
    """
    texts = tuple(map(as_text, values))
    return Metadata(column, texts, at_least, at_most, contains, matches, present)
