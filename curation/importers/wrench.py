"""Import the weak-supervision benchmark format WRENCH: texts, gold and the votes on them.

A file is `{id: {"label": int, "weak_labels": [int, ...], "data": {"text": str}}}`; `label.json`
beside it names the classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curation.exceptions import ImportFailedError
from curation.importers import json
from curation.importers.lines import read_text
from curation.importers.rows import BadRow, RawRow, Row
from curation.importers.strict_json import parse

SPLITS = ("train", "valid", "test")


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:
    """Yield rows with `key`, `label` (its name), `split` (from the file's name), votes and data.

    Raises
    ------
    ImportFailedError
        When the file is not JSON, or `label.json` beside it is missing or makes no sense.
    """
    names = _class_names(path.with_name("label.json"), encoding)
    split = next((split for split in SPLITS if path.name.startswith(split)), "")
    for row in json.read(path, encoding):
        yield row if isinstance(row, BadRow) else _named(row, names, split)


def _class_names(path: Path, encoding: str | None) -> dict[int, str]:
    try:
        names = parse(read_text(path, encoding))
        return {int(number): str(name) for number, name in names.items()}
    except (ValueError, AttributeError) as error:
        what = f"The class names do not read: {error}."
        remedy = 'It should look like {"0": "ham", "1": "spam"}.'
        raise ImportFailedError(what, where=str(path), remedy=remedy) from error


def _named(row: RawRow, names: dict[int, str], split: str) -> Row:
    data = row.fields.get("data")
    if not isinstance(data, dict):
        return BadRow(row.line, 'No "data" object with the text in it.')
    number = row.fields.get("label")
    if number is not None and number not in names:
        known = ", ".join(str(known) for known in names)
        return BadRow(row.line, f"Label {number!r} is not in label.json, which has {known}.")
    named: dict[str, Any] = {"label": names.get(number) if number is not None else None}
    if split:
        named["split"] = split
    rest = {name: value for name, value in row.fields.items() if name not in ("data", "label")}
    return RawRow(row.line, data | rest | named)
