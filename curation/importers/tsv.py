"""Import tab-separated files, quoted as spreadsheets and pandas quote them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curation.importers import csv
from curation.importers.rows import Row


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:
    """Yield the rows of a tab-separated file; see `curation.importers.csv.read`."""
    return csv.read(path, encoding, delimiter="\t")
