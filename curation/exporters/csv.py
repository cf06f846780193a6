"""Export a table for spreadsheets, in which no cell can act as a formula.

A spreadsheet runs a cell that starts with = + - @, a tab or a carriage return. Such cells get an
apostrophe in front, as OWASP advises, and are therefore one character longer than the data; the
column `messages` holds the exact conversation as JSON, for programs.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from curation.exporters.writing import replacing
from curation.types import DatasetRow

COLUMNS = ("id", "input", "answer", "word", "confidence", "sources", "messages")
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a cell a formula; the last four are the full-width forms of the first four."""


def export(rows: Iterable[DatasetRow], out: Path) -> int:
    """Write a line for every row and return how many."""
    count = 0
    with replacing(out) as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for count, row in enumerate(rows, start=1):  # noqa: B007 - returned below
            writer.writerow([guard(cell) for cell in _cells(row)])
    return count


def guard(cell: str) -> str:
    """Return a cell no spreadsheet takes for a formula.

    Examples
    --------
    >>> guard("=1+1"), guard("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell.startswith(TRIGGERS) else cell


def _cells(row: DatasetRow) -> tuple[str, ...]:
    messages = json.dumps([turn.model_dump() for turn in row.messages], ensure_ascii=False)
    sources = "; ".join(row.sources)
    confidence = f"{row.confidence:.6g}"
    return (row.id, row.input, row.answer, row.word, confidence, sources, messages)
