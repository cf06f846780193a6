"""What every condition can do: judge a row, judge a corpus, show where, and be written down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

from curation.types import JsonObject

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from curation.corpus import Corpus


@dataclass(frozen=True)
class Sieve:
    """A test that polars can run on a whole column.

    Attributes
    ----------
    expression : polars.Expr
        Over the columns `text` and `metadata`; true on every row where the condition holds.
    exact : bool
        It is true on no other row. Else the rows it leaves are looked at again, in Python.
    """

    expression: pl.Expr
    exact: bool = True


class Condition(ABC):
    """A test of one row. Conditions are values: equal when they are made of the same data.

    `holds` is the meaning; `mask` gives the very same answers, faster.
    """

    kind: ClassVar[str]

    @property
    def data(self) -> JsonObject:
        """The condition as JSON, without what is left at its default."""
        given = {
            field.name: getattr(self, field.name)
            for field in fields(self)  # type: ignore[arg-type] # every kind is a dataclass
            if field.default is MISSING or getattr(self, field.name) != field.default
        }
        return {"kind": self.kind, **{name: _json(value) for name, value in given.items()}}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Make the condition of its data without the kind."""
        return cls(**{name: _frozen(value) for name, value in data.items()})

    @abstractmethod
    def holds(self, row: Any) -> bool:  # noqa: ANN401 - a Row, or a row of Snorkel's
        """Whether it holds for a row: what is meant, in plain Python."""

    @abstractmethod
    def code(self) -> str:
        """Return the Python that makes it."""

    def spans(self, text: str) -> list[tuple[int, int]]:  # noqa: ARG002 - most have none
        """Return where in the text it holds, start and end in characters; nothing if nowhere."""
        return []

    def mask(self, corpus: Corpus) -> NDArray[np.bool_]:
        """Return whether it holds, row for row.

        Returns
        -------
        bool array, shape (n,)

        Raises
        ------
        FunctionError
            A pattern that only Python's `re` can search took too long on some row.
        """
        from labeling_functions.conditions.masks import masks

        held: NDArray[np.bool_] = masks([self], corpus)[0]
        return held

    def parts(self) -> tuple[Condition, ...]:
        """Return the conditions it is made of; none for one that reads the row itself."""
        return ()

    def combine(self, parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return its mask from the masks of its parts."""
        raise NotImplementedError

    def sieve(self, *, ascii_only: bool) -> Sieve:  # noqa: ARG002 - most need not ask
        """Return a test for polars, for rows of ASCII text or for any; here one that says nothing.

        Parameters
        ----------
        ascii_only : bool
            All texts it will be run on are ASCII.
        """
        import polars as pl

        return Sieve(pl.lit(True), exact=False)

    def confirm(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Return where it holds among rows that a sieve left, of columns `text` and `metadata`."""
        import numpy as np

        from labeling_functions.rows import rows_of

        all_rows = rows_of(rows["text"].to_list(), rows["metadata"].to_list())
        return np.fromiter(map(self.holds, all_rows), dtype=np.bool_, count=len(rows))


def _json(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    return [_json(item) for item in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:  # noqa: ANN401
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
