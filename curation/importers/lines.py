"""Read a text file line by line, whatever its encoding, and say which bytes make no sense."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, cast

from curation.exceptions import ImportFailedError
from curation.importers.rows import BadRow

_WIDE = ("utf-16", "utf-32")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Lines:
    """The decoded lines of a file; iterate once.

    Attributes
    ----------
    number : int
        How many lines were read so far.
    """

    def __init__(self, raw: Iterable[bytes], encoding: str) -> None:
        self.number = 0
        self._raw = raw
        self._encoding = encoding
        self._fault: BadRow | None = None

    def __iter__(self) -> Iterator[str]:
        offset = 0
        for raw in self._raw:
            self.number += 1
            line = self._decode(raw, offset)
            offset += len(raw)
            yield line.removeprefix("\ufeff") if self.number == 1 else line

    def take_fault(self) -> BadRow | None:
        """Return the first fault since the last call, if there was one."""
        fault, self._fault = self._fault, None
        return fault

    def _decode(self, raw: bytes, offset: int) -> str:
        try:
            line = raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            self._blame(_invalid(raw, error.start, offset, self._encoding))
            return raw.decode(self._encoding, "replace")
        if "\0" in line:
            self._blame("A NUL byte: this is no text, or UTF-16 (then pass --encoding utf-16-le).")
        return line

    def _blame(self, reason: str) -> None:
        self._fault = self._fault or BadRow(self.number, reason)


def _invalid(raw: bytes, at: int, offset: int, encoding: str) -> str:
    remedy = "Save the file as UTF-8 or pass --encoding latin-1."
    return f"Byte {offset + at} of the file (0x{raw[at]:02x}) is not valid {encoding}. {remedy}"


@contextmanager
def open_lines(path: Path, encoding: str | None = None) -> Iterator[Lines]:
    """Open a text file, plain or .gz, as `Lines`.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str or None
        Its encoding; None reads the byte order mark and takes UTF-8 where there is none.

    Raises
    ------
    ImportFailedError
        When the file is missing, empty, damaged, or the encoding unknown.
    """
    with reading(path), _open(path) as file:
        name = _encoding(path, encoding)
        if not name.startswith(_WIDE):
            yield Lines(file, name)
            return
        # A newline is more than one byte here, so lines are decoded first and split after.
        with TextIOWrapper(file, name, newline="\n") as text:
            yield Lines((line.encode() for line in text), "utf-8")


def read_text(path: Path, encoding: str | None = None) -> str:
    """Return the whole text of a file; raise `ImportFailedError` for what cannot be decoded."""
    with open_lines(path, encoding) as lines:
        text = "".join(lines)
        fault = lines.take_fault()
    if fault:
        raise ImportFailedError(fault.reason, where=f"{path.name}:{fault.line}")
    return text


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says about a file that cannot be read into `ImportFailedError`."""
    try:
        yield
    except UnicodeError as error:
        message = f"The file cannot be decoded: {error}."
        raise ImportFailedError(message, where=path.name, remedy="Save it as UTF-8.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"The compressed file is damaged or cut short: {error}."
        raise ImportFailedError(message, where=path.name, remedy="Fetch it again.") from error
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or error}."
        raise ImportFailedError(message, where=str(path)) from error


def suffix_of(path: Path) -> str:
    """Return what a file's name ends with, less a final .gz.

    Examples
    --------
    >>> suffix_of(Path("chats.JSONL.gz"))
    '.jsonl'
    """
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return plain.suffix.lower()


def _open(path: Path) -> BinaryIO:
    packed = path.suffix.lower() == ".gz"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _encoding(path: Path, wanted: str | None) -> str:
    with _open(path) as file:
        start = file.read(4)
    if not start:
        raise ImportFailedError("The file is empty.", where=path.name)
    if wanted is None:
        return next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")
    try:
        return codecs.lookup(wanted).name
    except LookupError:
        remedy = "Use for example utf-8, latin-1 or cp1252."
        raise ImportFailedError(f"Unknown encoding {wanted!r}.", remedy=remedy) from None
