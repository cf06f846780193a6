"""Examples as columns: what voting, browsing and measuring read when there are a million."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from curation.types import Example

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

BATCH = 1 << 16
"""Rows written together; what a reader maps at once."""


class Ids(Sequence[str]):
    """Example ids in one column: a sequence of str that takes a fraction of a tuple's memory.

    Parameters
    ----------
    column : polars.Series of str
    """

    def __init__(self, column: pl.Series) -> None:
        self.column = column
        self._sorted: tuple[NDArray[np.uint64], NDArray[np.int64]] | None = None

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
        for start in range(0, len(self), BATCH):
            yield from self.column[start : start + BATCH].to_list()

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and bool(self.places([id_])[0] >= 0)

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:  # noqa: ARG002
        """Return an id's row.

        Raises
        ------
        ValueError
            It is not here.
        """
        row = int(self.places([value])[0])
        if row < 0:
            raise ValueError(f"There is no example {value!r}.")
        return row

    def places(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the row of each of some ids, -1 where it is not here.

        The order by hash that makes this fast is made when first asked for: 16 bytes an id, where
        a dictionary takes 170.
        """
        import polars as pl

        wanted = pl.Series("wanted", list(ids), dtype=pl.String)
        if not len(self) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int64)
        hashes, rows = self._by_hash()
        places = np.searchsorted(hashes, wanted.hash().to_numpy())
        found = rows[np.minimum(places, len(rows) - 1)]
        same: NDArray[np.bool_] = (self.column.gather(found) == wanted).to_numpy()
        return np.where(same, found, -1)

    def _by_hash(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        if self._sorted is None:
            hashes = self.column.hash().to_numpy()
            rows = np.argsort(hashes, kind="stable")
            self._sorted = hashes[rows], rows
        return self._sorted


@dataclass(frozen=True)
class Place:
    """Where rows lie in an Arrow file, so that another process can map them.

    Attributes
    ----------
    path : Path
        An Arrow stream; it may hold more rows, and half-written ones after them.
    start, stop : int
        The rows, `stop` exclusive.
    """

    path: Path
    start: int
    stop: int


@dataclass(frozen=True)
class Corpus:
    """What a labeling function may know of the examples: no gold, no split.

    Attributes
    ----------
    ids : Ids, length n
    texts : polars.Series of str, length n
    metadata : polars.Series of str, length n
        Each example's other columns, as a JSON object.
    place : Place or None
        The file these very rows are mapped from; None for rows put together in memory.
    """

    ids: Ids
    texts: pl.Series
    metadata: pl.Series
    place: Place | None = None
    _digests: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.integer] | slice) -> Corpus:
        """Return some of the rows, in the order given."""
        place = self._place_of(rows) if isinstance(rows, slice) else None
        return Corpus(Ids(self.ids.column[rows]), self.texts[rows], self.metadata[rows], place)

    def _place_of(self, rows: slice) -> Place | None:
        start, stop, step = rows.indices(len(self))
        if self.place is None or step != 1:
            return None
        first = self.place.start
        return Place(self.place.path, first + start, first + max(start, stop))

    def digest(self, rows: int | None = None) -> str:
        """Return a hash of the first `rows` ids, in order.

        An id is the hash of its text, so this names the very texts.
        """
        n = len(self) if rows is None else rows
        if n not in self._digests:
            digest = sha256()
            for start in range(0, n, BATCH):
                piece = self.ids.column[start : min(n, start + BATCH)]
                digest.update((piece.str.join("\n").item() + "\n").encode())
            self._digests[n] = digest.hexdigest()[:16]
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


def write_corpus(corpus: Corpus, path: Path) -> Corpus:
    """Write rows to a new Arrow file, and return them mapped from it.

    For rows that have no place yet, such as a sample another process shall look at.
    """
    import polars as pl
    import pyarrow as pa

    columns = {"id": corpus.ids.column, "text": corpus.texts, "metadata": corpus.metadata}
    table = pl.DataFrame(columns).to_arrow(compat_level=pl.CompatLevel.oldest())
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table, BATCH)
    return open_corpus(Place(path, 0, len(corpus)))


def open_corpus(place: Place) -> Corpus:
    """Map rows of an Arrow file into memory; nothing is read before it is looked at.

    Raises
    ------
    OSError, ValueError
        The file is gone, is no Arrow stream, or has fewer rows.
    """
    frame = mapped(place)
    return Corpus(Ids(frame["id"]), frame["text"], frame["metadata"], place)


def mapped(place: Place) -> pl.DataFrame:
    """Return rows of an Arrow stream as columns that lie in the file."""
    import polars as pl
    import pyarrow as pa

    frame = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(*_batches(place))))
    return frame[place.start :]


def _batches(place: Place) -> tuple[list[pa.RecordBatch], pa.Schema]:
    """Return the stream's batches up to the last row wanted; what comes after is not touched."""
    import pyarrow as pa

    stream = pa.ipc.open_stream(pa.memory_map(str(place.path)))
    batches, rows = [], 0
    while rows < place.stop:
        try:
            batch = stream.read_next_batch()
        except StopIteration as error:
            raise ValueError(f"{place.path} has {rows} rows, not {place.stop}.") from error
        batches.append(batch.slice(0, place.stop - rows))
        rows += batch.num_rows
    return batches, stream.schema
