"""A project's examples as memory-mapped columns beside the database: derived, and deletable."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from curation.corpus import BATCH, Corpus, Place, mapped, open_corpus
from curation.store import Store
from curation.types import Split

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

MOST_PIECES = 64
"""Batches beyond the full ones that files may have; with more of them they are written anew."""
MOST_OPEN = 4
"""Projects whose columns are kept open."""
HEADER = "columns.json"
SPLIT = 7
TABLES = {
    "seen": {"id": 1, "text": 2, "metadata": 8},
    "facts": {"seq": 0, "split": SPLIT, "source": 4, "line": 5, "reference": 3, "group": 6},
    "exam": {
        "id": 1, "text": 2, "metadata": 8, "seq": 0, "split": SPLIT, "source": 4, "line": 5,
        "group": 6,
    },
}  # fmt: skip
"""The files, and where each of their columns stands in a row of the store."""


@dataclass(frozen=True)
class Written:
    """What the files hold, as the header says; what lies after it in them was never finished.

    Attributes
    ----------
    token : str
        Part of the files' names: files made anew are other files.
    seq, last : int, str
        The number and the id of the last example that is in them.
    rows, sizes : dict of str to int
        By file.
    pieces : int
        Batches written since the files were made.
    """

    token: str
    seq: int
    last: str
    rows: dict[str, int]
    sizes: dict[str, int]
    pieces: int


@dataclass(frozen=True)
class Columns:
    """A project's examples as columns, in the order they came.

    Attributes
    ----------
    corpus : Corpus, length n
        What functions may see: everything but the exam.
    """

    corpus: Corpus
    _facts: Place
    _exam: Place

    @cached_property
    def facts(self) -> pl.DataFrame:
        """What browsing knows of the n rows.

        `seq`, `split`, `source`, `line`, `reference` and `group`.
        """
        return mapped(self._facts)

    @cached_property
    def exam(self) -> pl.DataFrame:
        """The exam's `id`, `text`, `metadata`, `seq`, `split`, `source`, `line` and `group`.

        Its gold is in no file of columns.
        """
        return mapped(self._exam)


_opened: dict[Path, tuple[Written, Columns]] = {}
_lock = Lock()


def columns_of(store: Store, folder: Path) -> Columns:
    """Return a project's examples as columns, after adding to the files what came since.

    The files in `folder` are append-only and are checked against the store each time, by the
    number and id of the last example they hold: they are never stale. A second call, and a second
    process, maps them instead of reading the database.

    Parameters
    ----------
    store : Store
    folder : Path
        The project's folder for columns; it is made, and may be deleted at any time.

    Raises
    ------
    ProjectError
        The database cannot be read.
    """
    with _lock:
        written, columns = _opened.get(folder, (None, None))
        if columns is not None and written == _header(folder) and _is_current(written, store):
            return columns
        return _refreshed(store, folder)


def _refreshed(store: Store, folder: Path) -> Columns:
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        written = _header(folder)
        if written is None or not _is_prefix(written, store, folder) or _in_pieces(written):
            written = _start(folder)
        written = _appended(written, store, folder)
        try:
            columns = _open(written, folder)
        except (OSError, ValueError):  # damaged by whoever: they are only a copy
            written = _appended(_start(folder), store, folder)
            columns = _open(written, folder)
    if len(_opened) >= MOST_OPEN:
        del _opened[next(iter(_opened))]
    _opened[folder] = (written, columns)
    return columns


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from writing; readers need no lock, for nothing written is changed."""
    with (folder / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _header(folder: Path) -> Written | None:
    try:
        return Written(**json.loads((folder / HEADER).read_bytes()))
    except (OSError, ValueError, TypeError):  # absent, cut short, or of another version
        return None


def _is_current(written: Written | None, store: Store) -> bool:
    return written is not None and (written.seq, written.last) == store.last_example()


def _is_prefix(written: Written, store: Store, folder: Path) -> bool:
    """Return whether the files are whole, and the store still begins with what they hold."""
    with suppress(OSError):
        for table, size in written.sizes.items():
            if _file(folder, table, written.token).stat().st_size < size:
                return False
        return not written.seq or store.example_at(written.seq) == written.last
    return False


def _in_pieces(written: Written) -> bool:
    return written.pieces > MOST_PIECES + 2 * sum(written.rows.values()) // BATCH


def _file(folder: Path, table: str, token: str) -> Path:
    return folder / f"{table}-{token}.arrow"


def _start(folder: Path) -> Written:
    """Begin new files; processes that have the old ones mapped keep what they have."""
    for old in folder.glob("*.arrow"):
        old.unlink(missing_ok=True)
    token, sizes = uuid4().hex[:8], {}
    for table in TABLES:
        sizes[table] = _file(folder, table, token).write_bytes(_schema(table).serialize())
    written = Written(token, 0, "", dict.fromkeys(TABLES, 0), sizes, 0)
    _write_header(folder, written)
    return written


def _appended(written: Written, store: Store, folder: Path) -> Written:
    """Add what came since; the header is replaced last, so that nothing half-written is read."""
    while rows := store.examples_after(written.seq, BATCH):
        seen = [row for row in rows if row[SPLIT] != Split.TEST]
        exam = [row for row in rows if row[SPLIT] == Split.TEST]
        sizes = {
            table: _append(_file(folder, table, written.token), written.sizes[table], table, part)
            for table, part in (("seen", seen), ("facts", seen), ("exam", exam))
        }
        added = {"seen": len(seen), "facts": len(seen), "exam": len(exam)}
        counts = {table: count + added[table] for table, count in written.rows.items()}
        last = rows[-1]
        written = Written(written.token, last[0], last[1], counts, sizes, written.pieces + 1)
        _write_header(folder, written)
    return written


def _append(path: Path, size: int, table: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Write rows after the first `size` bytes of a file; return its new size."""
    import pyarrow as pa

    if not rows:
        return size
    schema = _schema(table)
    arrays = [
        pa.array([row[TABLES[table][name]] for row in rows], schema.field(name).type)
        for name in schema.names
    ]
    with path.open("r+b") as file:
        file.truncate(size)
        file.seek(size)
        file.write(pa.record_batch(arrays, schema=schema).serialize())
        return file.tell()


def _schema(table: str) -> pa.Schema:
    import pyarrow as pa

    numbers = ("seq", "line")
    return pa.schema(
        [(name, pa.int64() if name in numbers else pa.large_string()) for name in TABLES[table]]
    )


def _write_header(folder: Path, written: Written) -> None:
    temporary = folder / f".columns.{uuid4().hex}.tmp"
    temporary.write_text(json.dumps(asdict(written)), "utf-8")
    temporary.replace(folder / HEADER)


def _open(written: Written, folder: Path) -> Columns:
    places = [
        Place(_file(folder, table, written.token), 0, written.rows[table]) for table in TABLES
    ]
    return Columns(open_corpus(places[0]), places[1], places[2])
