"""Examples as columns: what voting, browsing and measuring read when there are a million of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, overload

from curation.types import Example

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


class Ids(Sequence[str]):
    """Example ids in one column: a sequence of str that takes a fraction of a tuple's memory.

    Parameters
    ----------
    column : polars.Series of str
    """

    def __init__(self, column: pl.Series) -> None:
        self.column = column
        self._rows: dict[str, int] | None = None

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Ids: ...
    def __getitem__(self, row: int | slice) -> str | Ids:
        if isinstance(row, slice):
            return Ids(self.column[row])
        return str(self.column[int(row)])

    def __len__(self) -> int:
        return len(self.column)

    def __iter__(self) -> Iterator[str]:
        return iter(self.column.to_list())

    def __contains__(self, id_: object) -> bool:
        return id_ in self.rows

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:  # noqa: ARG002
        """Return an id's row.

        Raises
        ------
        ValueError
            It is not here.
        """
        try:
            return self.rows[value]
        except KeyError:
            raise ValueError(f"There is no example {value!r}.") from None

    @property
    def rows(self) -> dict[str, int]:
        """Every id's row; made when first asked for, and kept."""
        if self._rows is None:
            self._rows = {id_: row for row, id_ in enumerate(self.column.to_list())}
        return self._rows


@dataclass(frozen=True)
class Corpus:
    """What a labeling function may know of the examples: no gold, no split.

    Attributes
    ----------
    ids : Ids, length n
    texts : polars.Series of str, length n
    metadata : polars.Series of str, length n
        Each example's other columns, as a JSON object.
    """

    ids: Ids
    texts: pl.Series
    metadata: pl.Series
    _digests: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.integer] | slice) -> Corpus:
        """Return some of the rows, in the order given."""
        return Corpus(Ids(self.ids.column[rows]), self.texts[rows], self.metadata[rows])

    def digest(self, rows: int | None = None) -> str:
        """Return a hash of the first `rows` ids, in order.

        An id is the hash of its text, so this names the very texts.
        """
        n = len(self) if rows is None else rows
        if n not in self._digests:
            joined = "".join(self.ids.column[:n].to_list())
            self._digests[n] = sha256(joined.encode()).hexdigest()[:16]
        return self._digests[n]


def corpus_of(examples: Sequence[Example]) -> Corpus:
    """Return examples as columns, without their gold.

    Examples
    --------
    >>> corpus_of([Example(id="1", input="hello", metadata={"stars": 5})]).texts.to_list()
    ['hello']
    """
    import polars as pl

    metadata = [json.dumps(example.metadata, ensure_ascii=False) for example in examples]
    return Corpus(
        Ids(pl.Series("id", [example.id for example in examples], dtype=pl.String)),
        pl.Series("text", [example.input for example in examples], dtype=pl.String),
        pl.Series("metadata", metadata, dtype=pl.String),
    )
