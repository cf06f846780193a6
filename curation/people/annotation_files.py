"""Everything people said as a file that stands alone, and the way back: a backup, or a merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from json import JSONDecodeError
from pathlib import Path

from pydantic import ValidationError

from curation.exceptions import ImportFailedError
from curation.exporters.writing import write_jsonl
from curation.importers.rows import BadRow
from curation.importers.strict_json import LoopholeError, parse
from curation.types import Annotation, Example, JsonObject

BESIDE = ("input", "input_sha256")
"""What a line has beside the annotation's fields: the example's text and its hash."""


def write_annotations(
    annotations: Iterable[Annotation], examples: Mapping[str, Example], out: Path
) -> int:
    """Write one annotation a line, with the text it is about, and return how many.

    Raises
    ------
    DatasetError
        When the file cannot be written; what was there before stays.
    """
    return write_jsonl((_line(said, examples[said.example_id]) for said in annotations), out)


def _line(said: Annotation, example: Example) -> JsonObject:
    beside = {"input": example.input, "input_sha256": _hash(example.input)}
    return said.model_dump(mode="json") | beside


def read_annotations(path: Path) -> Iterator[tuple[int, Annotation, str] | BadRow]:
    """Yield each line's number, annotation and text, or what is wrong with it.

    Raises
    ------
    ImportFailedError
        When the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _read(number, line)
    except OSError as error:
        raise ImportFailedError(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            remedy="Name a file that `tunesmith export-annotations` wrote.",
        ) from error


def _read(number: int, line: bytes) -> tuple[int, Annotation, str] | BadRow:
    try:
        record = parse(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadRow(number, "It is not UTF-8.")
    except (JSONDecodeError, LoopholeError) as error:
        return BadRow(number, f"It is not JSON: {error}")
    if not isinstance(record, dict):
        return BadRow(number, "It is no object.")
    text, digest = (record.pop(name, None) for name in BESIDE)
    if not isinstance(text, str) or digest != _hash(text):
        return BadRow(number, "Its text is missing, or is not the one that was exported.")
    try:
        return number, Annotation.model_validate(record), text
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return BadRow(number, f"{field}: {first['msg']}.")


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
