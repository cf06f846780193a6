"""Look at the beginning of a file: which format it has, and what its first rows hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from curation.exceptions import ImportFailedError
from curation.importers import IMPORTERS, chat, json, jsonl
from curation.importers.lines import reading, suffix_of
from curation.importers.rows import BadRow, RawRow, Reader, columns_of

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_HF_FILES = ("dataset_dict.json", "dataset_info.json", "state.json")


@dataclass(frozen=True)
class Preview:
    """The beginning of a file.

    Attributes
    ----------
    columns : tuple of str
        The columns of the rows shown; those inside objects are dotted.
    rows : tuple of RawRow
    bad : tuple of BadRow
        Rows that could not be read, among those looked at.
    """

    columns: tuple[str, ...]
    rows: tuple[RawRow, ...]
    bad: tuple[BadRow, ...]


def preview(
    path: Path, importer: str | None = None, n: int = 20, encoding: str | None = None
) -> Preview:
    """Return the first `n` rows of a file, good and bad counted together.

    Raises
    ------
    ImportFailedError
        When the file does not read, or `importer` is None and its format is not recognised.
    """
    read: Reader = IMPORTERS[importer or guess_importer(path)]
    seen = list(islice(read(path, encoding), n))
    rows = tuple(row for row in seen if isinstance(row, RawRow))
    bad = tuple(row for row in seen if isinstance(row, BadRow))
    return Preview(columns_of(rows), rows, bad)


def guess_importer(path: Path) -> str:
    """Return the name of the importer for a file or folder, by its name and its first row.

    Raises
    ------
    ImportFailedError
        When the format is not recognised; the known ones are listed.
    """
    if path.is_dir():
        if any((path / name).exists() for name in _HF_FILES):
            return "hf_folder"
        raise _unknown(path)
    name = _SUFFIXES.get(suffix_of(path)) or _by_content(path)
    return _by_first_row(path, name) if name in ("json", "jsonl") else name


def _by_content(path: Path) -> str:
    with reading(path), path.open("rb") as file:
        start = file.read(4)
        first = start + file.readline()
    if start == b"PAR1":
        return "parquet"
    if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and first.rstrip().endswith(b"}"):
        return "jsonl"
    raise _unknown(path)


def _by_first_row(path: Path, name: str) -> str:
    """Tell chats and WRENCH files from other JSON."""
    read: Reader = json.read if name == "json" else jsonl.read
    first = next(
        (row.fields for row in islice(read(path, None), 20) if isinstance(row, RawRow)), {}
    )
    if chat.is_chat(first):
        return "chat"
    wrench = name == "json" and {"label", "weak_labels", "data"} <= first.keys()
    return "wrench" if wrench else name


def _unknown(path: Path) -> ImportFailedError:
    return ImportFailedError(
        "The format of this file is not recognised.",
        where=path.name,
        remedy=f"Name one with --importer: {', '.join(IMPORTERS)}.",
    )
