"""Import Parquet files, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curation.exceptions import ImportFailedError
from curation.importers.lines import reading
from curation.importers.rows import RawRow, Row

BATCH = 1000


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:  # noqa: ARG001 - all alike
    """Yield the rows of a Parquet file; `encoding` is not used, Parquet has its own.

    Raises
    ------
    ImportFailedError
        When it is no Parquet file, is damaged, has columns of one name, or no rows.
    """
    from pyarrow import ArrowException

    try:
        with reading(path):
            yield from _rows(path)
    except ArrowException as error:
        what = f"The Parquet file cannot be read: {error}."
        raise ImportFailedError(what, where=path.name, remedy="Write or fetch it again.") from error


def _rows(path: Path) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        names = file.schema_arrow.names
        if len(set(names)) < len(names):
            raise ImportFailedError("Several columns have the same name.", where=path.name)
        if not file.metadata.num_rows:
            raise ImportFailedError("There are columns, but no rows.", where=path.name)
        number = 0
        for batch in file.iter_batches(BATCH):
            for fields in batch.to_pylist():
                number += 1
                yield RawRow(number, fields)
