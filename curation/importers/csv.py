"""Import comma-separated files (RFC 4180), with the line that each row starts on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from curation.exceptions import ImportFailedError
from curation.importers.lines import Lines, open_lines
from curation.importers.rows import BadRow, RawRow, Row

LARGEST_FIELD = 1 << 24
"""Characters in a field; it bounds the memory that a forgotten quote can take."""


def read(path: Path, encoding: str | None = None, delimiter: str = ",") -> Iterator[Row]:
    """Yield the rows of a delimited file whose first line names the columns.

    Raises
    ------
    ImportFailedError
        When there is no usable header, or nothing below it.
    """
    csv.field_size_limit(LARGEST_FIELD)
    with open_lines(path, encoding) as lines:
        records = _records(lines, delimiter)
        header = _header(records, path)
        count = 0
        for count, (line, record) in enumerate(records, start=1):  # noqa: B007 - used below
            yield _row(line, record, header)
    if not count:
        raise ImportFailedError("There is a header, but no rows below it.", where=path.name)


def _records(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the starting line of each record, and its fields or what is wrong with it."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            record: list[str] | str = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            record = _quoting(str(error))
        fault = lines.take_fault()
        if fault:
            yield fault.line, fault.reason
        elif record:
            yield start, record


def _quoting(error: str) -> str:
    if "field limit" in error:
        return f"A field is longer than {LARGEST_FIELD:,} characters; is a closing quote missing?"
    return f"The quotes do not match ({error}). Double every quote inside a quoted field."


def _header(records: Iterator[tuple[int, list[str] | str]], path: Path) -> tuple[str, ...]:
    line, record = next(records, (1, "The file has no header and no rows."))
    if isinstance(record, str):
        raise ImportFailedError(record, where=f"{path.name}:{line}")
    names = tuple(name.strip() for name in record)
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if "" in names:
        what = f"Column {names.index('') + 1} has no name."
    elif repeated:
        what = f"Several columns are called {', '.join(repeated)}."
    else:
        return names
    remedy = "Give every column its own name in the first line."
    raise ImportFailedError(what, where=f"{path.name}:{line}", remedy=remedy)


def _row(line: int, record: list[str] | str, header: tuple[str, ...]) -> Row:
    if isinstance(record, str):
        return BadRow(line, record)
    if len(record) != len(header):
        remedy = "Is a field with the delimiter in it missing its quotes?"
        return BadRow(line, f"{len(record)} fields where the header has {len(header)}. {remedy}")
    return RawRow(line, dict(zip(header, record, strict=True)))
