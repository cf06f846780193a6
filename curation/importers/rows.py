"""What an importer yields: a row as the file has it, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True)
class RawRow:
    """A row as the file has it.

    Attributes
    ----------
    line : int
        The line it starts on in a text file, the row number in a binary one; from 1.
    fields : dict
        Column name to value.
    """

    line: int
    fields: dict[str, Any]


@dataclass(frozen=True)
class BadRow:
    """A row that could not be read.

    Attributes
    ----------
    line : int
        Where it starts, as in `RawRow`.
    reason : str
        What is wrong with it, in words.
    """

    line: int
    reason: str


Row: TypeAlias = RawRow | BadRow
Reader: TypeAlias = Callable[[Path, str | None], Iterator[Row]]


def columns_of(rows: Iterable[RawRow]) -> tuple[str, ...]:
    """Return the columns of all rows in order of appearance; those inside objects are dotted.

    Examples
    --------
    >>> columns_of([RawRow(1, {"id": 7, "user": {"text": "hi"}}), RawRow(2, {"lang": "en"})])
    ('id', 'user.text', 'lang')
    """
    return tuple(dict.fromkeys(name for row in rows for name in _names(row.fields)))


def _names(fields: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, dict) and value:
            yield from _names(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def field_of(fields: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the value of a column, dotted or not; None where the row lacks it.

    Examples
    --------
    >>> field_of({"user": {"text": "hi"}}, "user.text")
    'hi'
    """
    if name in fields:
        return fields[name]
    head, _, rest = name.partition(".")
    inner = fields.get(head)
    return field_of(inner, rest) if rest and isinstance(inner, dict) else None
