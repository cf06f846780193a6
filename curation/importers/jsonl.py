"""Import JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path

from curation.exceptions import ImportFailedError
from curation.importers.lines import open_lines
from curation.importers.rows import BadRow, RawRow, Row
from curation.importers.strict_json import LoopholeError, parse


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:
    """Yield the object on each line; blank lines are passed over.

    Raises
    ------
    ImportFailedError
        When there is no row in the file.
    """
    found = False
    with open_lines(path, encoding) as lines:
        for line in lines:
            fault = lines.take_fault()
            if fault or not line.isspace():
                found = True
                yield fault or _row(lines.number, line)
    if not found:
        raise ImportFailedError("There are no rows in the file.", where=path.name)


def _row(number: int, line: str) -> Row:
    try:
        value = parse(line)
    except JSONDecodeError as error:
        return BadRow(number, f"Not JSON: {error.msg} at character {error.pos + 1} of the line.")
    except LoopholeError as error:
        return BadRow(number, str(error))
    if not isinstance(value, dict):
        return BadRow(number, f"A {type(value).__name__}, where an object {{...}} is expected.")
    return RawRow(number, value)
