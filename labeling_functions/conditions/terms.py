"""Read the terms of a gazetteer from a file in the functions folder."""

from __future__ import annotations

import csv
from pathlib import Path

from curation.exceptions import FunctionError


def read_terms(file: str) -> tuple[str, ...]:
    """Return the terms of a file, each once, in order.

    Parameters
    ----------
    file : str
        UTF-8. A `.csv` has them in its first column, whose first row may be its name; any other
        file has one a line.

    Raises
    ------
    FunctionError
        It cannot be read, or lists nothing.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FunctionError(
            f"The list of terms cannot be read: {error}.",
            where=file,
            remedy="Put it into the functions folder, as UTF-8 with a term a line.",
        ) from error
    lines = text.splitlines()
    if file.lower().endswith(".csv"):
        lines = [row[0] for row in csv.reader(lines) if row]
    terms = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not terms:
        raise FunctionError("It lists no terms.", where=file, remedy="Write a term a line.")
    return terms
