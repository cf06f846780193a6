"""The terms of a gazetteer: read them from a file, and find them in many texts at once."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curation.exceptions import FunctionError

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

WORDLIKE = np.array([chr(byte).isalnum() or chr(byte) == "_" for byte in range(128)])
"""Whether an ASCII character is a word's."""


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


def terms_in(
    texts: pl.Series, terms: Sequence[str], whole_words: bool, ignore_case: bool
) -> NDArray[np.bool_]:
    """Return whether a text contains a term, for ASCII texts and terms.

    The terms are looked for all at once (Aho and Corasick 1975, doi:10.1145/360825.360855), and
    then the characters before and behind each place.

    Returns
    -------
    bool array, shape (n,)
    """
    import polars as pl

    if not terms or not len(texts):
        return np.zeros(len(texts), dtype=np.bool_)
    look = {"ascii_case_insensitive": ignore_case, "overlapping": True}
    found = (
        pl.DataFrame({"text": texts})
        .with_row_index("row")
        .select(
            "row",
            pl.col("text").str.find_many(list(terms), **look).alias("at"),
            pl.col("text").str.extract_many(list(terms), **look).alias("term"),
        )
        .explode("at", "term")
        .drop_nulls()
    )
    row, at = found["row"].to_numpy(), found["at"].to_numpy()
    held = np.zeros(len(texts), dtype=np.bool_)
    if whole_words:
        blob = np.frombuffer("\n".join(["", *texts.to_list(), ""]).encode(), dtype=np.uint8)
        # Every text stands behind a line end, and the next line end behind it.
        sizes = texts.str.len_bytes().to_numpy().astype(np.int64)
        start = (np.cumsum(sizes + 1) - sizes)[row] + at
        end = start + found["term"].str.len_bytes().to_numpy()
        row = row[~(WORDLIKE[blob[start - 1]] | WORDLIKE[blob[end]])]
    held[row] = True
    return held
