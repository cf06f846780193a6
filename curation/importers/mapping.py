"""Say which column is what, and turn rows into examples."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from curation.exceptions import SpanError
from curation.importers.guess import SPLIT_NAMES, guess_columns
from curation.importers.rows import BadRow, RawRow, Row, field_of
from curation.importers.span_values import spans_in
from curation.importers.values import is_missing, json_safe
from curation.registry import nearest
from curation.spans import read_spans, write_spans
from curation.splits import Shares, assign_split, group_of
from curation.types import Example, JsonObject, Span, Split, Task, TaskKind, example_id

LONGEST_TEXT = 1_000_000
"""Characters in an example's input; more is a mistake in the file."""


@dataclass(frozen=True)
class ColumnMapping:
    """Which column is what.

    Attributes
    ----------
    text : str
        The input.
    reference, split, group : str or None
        The gold answer, the split the file names, and the family of near-duplicates.
    metadata : tuple of str or None
        Columns kept beside the input; None keeps all others.
    """

    text: str
    reference: str | None = None
    split: str | None = None
    group: str | None = None
    metadata: tuple[str, ...] | None = None


class _RejectedError(ValueError):
    """Why a row does not become an example."""


def guess_mapping(
    columns: tuple[str, ...], rows: tuple[RawRow, ...], kind: TaskKind
) -> ColumnMapping:
    """Guess from the names and first values of the columns which one is what."""
    return ColumnMapping(*guess_columns(columns, rows, kind))


def to_examples(
    rows: Iterable[Row],
    mapping: ColumnMapping,
    *,
    task: Task,
    source: str,
    seed: int,
    shares: Shares,
) -> Iterator[Example | BadRow]:
    """Yield an example for every row, or the reason why it cannot be one.

    Parameters
    ----------
    rows : iterable of RawRow or BadRow
        As an importer yields them; bad rows pass through.
    mapping : ColumnMapping
        Which column is what.
    task : Task
        Its kind and labels decide which references are accepted.
    source : str
        The file's name, kept with the example.
    seed, shares : int, tuple of float
        Decide the split where the file names none.
    """
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            yield _example(row, mapping, task, source, (seed, shares))
        except _RejectedError as error:
            yield BadRow(row.line, str(error))


def _example(
    row: RawRow, mapping: ColumnMapping, task: Task, source: str, draw: tuple[int, Shares]
) -> Example:
    text = _text(row.fields, mapping.text)
    group = _group(row.fields, mapping.group) or group_of(text)
    return Example(
        id=example_id(text),
        input=text,
        reference=_reference(row.fields, mapping.reference, task, text),
        source=source,
        line=row.line,
        group=group,
        split=_split(row.fields, mapping.split) or assign_split(draw[0], group, draw[1]),
        metadata=_metadata(row.fields, mapping),
    )


def _text(fields: JsonObject, column: str) -> str:
    value = field_of(fields, column)
    if value is None and column not in fields:
        raise _RejectedError(f"No field {column!r}; there is {', '.join(fields)}.")
    if is_missing(value):
        raise _RejectedError(f"The text in {column!r} is empty.")
    if not isinstance(value, str):
        raise _RejectedError(f"{column!r} holds a {type(value).__name__}, where text is expected.")
    if len(value) > LONGEST_TEXT:
        raise _RejectedError(f"The text has {len(value):,} characters; at most {LONGEST_TEXT:,}.")
    return value


def _reference(fields: JsonObject, column: str | None, task: Task, text: str) -> str | None:
    value = None if column is None else field_of(fields, column)
    if is_missing(value):
        return None
    if task.kind is TaskKind.CLASSIFY:
        return _label(value, task.labels)
    spans = spans_in(value) if task.kind is TaskKind.EXTRACT else None
    if spans is not None:
        return _spans(spans, text, task.labels)
    return value if isinstance(value, str) else json.dumps(json_safe(value), ensure_ascii=False)


def _label(value: Any, labels: tuple[str, ...]) -> str:  # noqa: ANN401 - any cell
    if isinstance(value, dict | list):
        raise _RejectedError(f"The label is a {type(value).__name__}, where one label is expected.")
    label = str(value).strip()
    if not labels or label in labels:
        return label
    raise _RejectedError(f"The task has no label {label!r}. {nearest(label, labels)}")


def _spans(spans: Sequence[Span], text: str, labels: tuple[str, ...]) -> str:
    answer = write_spans(spans)
    try:
        read_spans(answer, text, labels or tuple(span.label for span in spans))
    except SpanError as error:
        raise _RejectedError(str(error)) from error
    return answer


def _split(fields: JsonObject, column: str | None) -> Split | None:
    value = None if column is None else field_of(fields, column)
    if is_missing(value):
        return None
    split = SPLIT_NAMES.get(str(value).strip().casefold())
    if split is None:
        raise _RejectedError(f"{value!r} is no split: use train, validation or test, or leave it.")
    return split


def _group(fields: JsonObject, column: str | None) -> str:
    value = None if column is None else field_of(fields, column)
    return "" if is_missing(value) else str(value).strip()


def _metadata(fields: JsonObject, mapping: ColumnMapping) -> JsonObject:
    if mapping.metadata is not None:
        return {name: json_safe(field_of(fields, name)) for name in mapping.metadata}
    used = {mapping.text, mapping.reference, mapping.split, mapping.group}
    return {name: json_safe(value) for name, value in _without(fields, used).items()}


def _without(fields: JsonObject, used: set[str | None], prefix: str = "") -> JsonObject:
    """Return the fields less the used ones, which may be dotted."""
    rest: JsonObject = {}
    for name, value in fields.items():
        path = prefix + name
        opened = isinstance(value, dict) and any(c and c.startswith(f"{path}.") for c in used)
        left = _without(value, used, f"{path}.") if opened else value
        if path not in used and (not opened or left):
            rest[name] = left
    return rest
