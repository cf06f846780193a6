"""Import a JSON document: a list of objects, or an object of objects whose keys name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from curation.exceptions import ImportFailedError
from curation.importers.lines import read_text
from curation.importers.rows import BadRow, RawRow, Row
from curation.importers.strict_json import LENIENT, LoopholeError, decode

_SPACE = re.compile(r"[ \t\r\n]*")


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:
    """Yield the objects of the document; the key of each becomes its field `key`.

    Raises
    ------
    ImportFailedError
        When the document is torn, or neither a list nor an object, or empty.
    """
    document = _Document(read_text(path, encoding))
    found = False
    try:
        for row in document.rows():
            found = True
            yield row
    except (JSONDecodeError, RecursionError) as error:
        what = f"The document is not JSON from here on: {error}."
        raise ImportFailedError(what, where=f"{path.name}:{document.line}") from error
    if not found:
        raise ImportFailedError("There are no rows in the file.", where=path.name)


class _Document:
    """A place in the text that moves from value to value and knows its line."""

    def __init__(self, text: str) -> None:
        self.line = 1
        self._text = text
        self._at = 0

    def rows(self) -> Iterator[Row]:
        """Yield what the brackets hold, element by element."""
        keyed = self._take("{")
        if not keyed:
            self._expect("[")
        close = "}" if keyed else "]"
        more = not self._take(close)
        while more:
            yield self._row(keyed)
            more = self._take(",")
            if not more:
                self._expect(close)
        self._skip()
        if self._at < len(self._text):
            raise JSONDecodeError("Extra data", self._text, self._at)

    def _row(self, keyed: bool) -> Row:
        extra = {}
        if keyed:
            extra["key"] = self._value()
            self._expect(":")
        self._skip()
        line = self.line
        try:
            value = self._value()
        except LoopholeError as error:
            self._move(LENIENT.raw_decode(self._text, self._at)[1])
            return BadRow(line, str(error))
        if not isinstance(value, dict):
            return BadRow(line, f"A {type(value).__name__}, where an object {{...}} is expected.")
        return RawRow(line, extra | value)

    def _value(self) -> Any:  # noqa: ANN401 - any JSON value
        self._skip()
        value, end = decode(self._text, self._at)
        self._move(end)
        return value

    def _take(self, sign: str) -> bool:
        self._skip()
        found = self._text.startswith(sign, self._at)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise JSONDecodeError(f"Expecting {sign!r}", self._text, self._at)

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._move(space.end() if space else self._at)

    def _move(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to
