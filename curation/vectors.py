"""Sentence embeddings on disk: a file of vectors that only grows, and the ids of its rows."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Ids
from curation.exceptions import ModelError

if TYPE_CHECKING:
    import polars as pl

HEADER, IDS, VECTORS = "header.json", "ids.txt", "vectors.f16"
AT_ONCE = 1 << 14
"""Rows read together: 25 MB of them as 32-bit floats."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Header:
    """What the files hold; what lies after it in them was never finished.

    Attributes
    ----------
    model : str
    dimension, rows : int
    id_bytes : int
        Size of the ids' file up to the last row.
    cut : int
        Rows whose text was longer than the model reads.
    token : str
        Another one whenever the files are begun anew.
    """

    model: str
    dimension: int
    rows: int = 0
    id_bytes: int = 0
    cut: int = 0
    token: str = ""


@dataclass(frozen=True)
class Embeddings:
    """The embeddings of a project's examples by one model, in the order they were made.

    Attributes
    ----------
    header : Header
    ids : Ids, length n
    matrix : float16 array, shape (n, d)
        Mapped from the file; rows have length one.
    """

    header: Header
    ids: Ids
    matrix: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, ids: Sequence[str]) -> Floats:
        """Return the embeddings of examples, shape (n, d).

        Raises
        ------
        ModelError
            Some have none; they are counted.
        """
        rows = self.ids.places(ids)
        missing = int((rows < 0).sum())
        if missing:
            raise ModelError(
                f"{missing:,} of {len(rows):,} examples have no embedding yet.",
                where=self.header.model,
                remedy="Compute embeddings first; only the missing ones are.",
            )
        return self.matrix[rows].astype(np.float32)

    def parts(self) -> Iterator[tuple[int, Floats]]:
        """Yield all rows, some at a time, each part after the row it begins with."""
        for start in range(0, len(self), AT_ONCE):
            yield start, self.matrix[start : start + AT_ONCE].astype(np.float32)


def read_embeddings(folder: Path) -> Embeddings | None:
    """Return the embeddings in a folder; None where there are none."""
    header = read_header(folder)
    return _opened(folder, header) if header and header.rows else None


def read_header(folder: Path) -> Header | None:
    """Return what a folder of embeddings holds; None where it holds none that can be read."""
    try:
        header = Header(**json.loads((folder / HEADER).read_bytes()))
        sizes = [(folder / name).stat().st_size for name in (IDS, VECTORS)]
    except (OSError, ValueError, TypeError):  # absent, half deleted, or of another version
        return None
    whole = sizes[0] >= header.id_bytes and sizes[1] >= header.rows * header.dimension * 2
    return header if whole else None


@lru_cache(maxsize=4)
def _opened(folder: Path, header: Header) -> Embeddings:
    shape = (header.rows, header.dimension)
    matrix = np.memmap(folder / VECTORS, dtype=np.float16, mode="r", shape=shape)
    return Embeddings(header, Ids(_read_ids(folder, header)), matrix)


def _read_ids(folder: Path, header: Header) -> pl.Series:
    import polars as pl

    with (folder / IDS).open("rb") as file:
        text = file.read(header.id_bytes).decode()
    return pl.Series("id", text.split("\n")[:-1], dtype=pl.String)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from adding rows; the lock ends with its holder, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def begin(folder: Path, model: str, dimension: int) -> Header:
    """Return the header to go on from, after beginning new files where there are none to go on."""
    header = read_header(folder)
    if header is not None and (header.model, header.dimension) == (model, dimension):
        return header
    for name in (IDS, VECTORS):
        (folder / name).unlink(missing_ok=True)  # who has the old ones mapped keeps them
        (folder / name).touch()
    header = Header(model, dimension, token=uuid4().hex[:8])
    _write_header(folder, header)
    return header


def append(folder: Path, header: Header, ids: Sequence[str], rows: Floats, cut: int) -> Header:
    """Add rows to the files and return the new header, which is written last.

    Parameters
    ----------
    ids : sequence of str, length n
    rows : float array, shape (n, d)
    cut : int
        How many of the texts were longer than the model reads.
    """
    lines = "".join(f"{id_}\n" for id_ in ids).encode()
    _write_at(folder / IDS, header.id_bytes, lines)
    _write_at(
        folder / VECTORS, header.rows * header.dimension * 2, rows.astype(np.float16).tobytes()
    )
    added = replace(
        header,
        rows=header.rows + len(ids),
        id_bytes=header.id_bytes + len(lines),
        cut=header.cut + cut,
    )
    _write_header(folder, added)
    return added


def _write_at(path: Path, place: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate(place)
        file.seek(place)
        file.write(data)


def _write_header(folder: Path, header: Header) -> None:
    temporary = folder / f".header.{uuid4().hex}.tmp"
    temporary.write_text(json.dumps(asdict(header)), "utf-8")
    temporary.replace(folder / HEADER)
