"""What an answer of an extract task marks, why it is not valid, and what its input does not say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from curation.exceptions import SpanError
from curation.spans import read_spans, write_spans
from curation.types import DatasetRow, Span, Task
from evaluation.quantities import strange_numbers
from evaluation.sheet import AnswerSheet, source
from evaluation.words import words

KEYS = frozenset({"start", "end", "label", "text", "value"})
"""What an object of an answer may say: our own spans, or a label with its text."""
PARAPHRASED = 0.6
"""A value that shares so many words with a stretch of its input, as F1, is said in other words."""


@dataclass(frozen=True)
class Claims:
    """What an answer says that its input does not.

    Attributes
    ----------
    unsupported : tuple of str
        The reasons, a value or key each.
    paraphrased : tuple of str
        Values the input says in other words; they are not held against the answer.
    """

    unsupported: tuple[str, ...] = ()
    paraphrased: tuple[str, ...] = ()


def spans_of(answer: str, text: str, labels: Sequence[str]) -> tuple[Span, ...]:
    """Return the spans an answer marks; none where it is not valid."""
    try:
        return read_spans(answer, text, labels)
    except SpanError:
        return ()


def invalid(answer: str, text: str, labels: Sequence[str]) -> str:
    """Return why an answer is no list of spans of its input; empty where it is one.

    Examples
    --------
    >>> invalid('[{"start": 3, "end": 9, "label": "time"}]', "at 8", ["time"])
    'a span from 3 to 9 does not lie in 4 characters'
    """
    try:
        read_spans(answer, text, labels)
    except SpanError as error:
        return error.what[0].lower() + error.what[1:].rstrip(".")
    return ""


def canonical(answer: str, text: str, labels: Sequence[str]) -> str:
    """Return an answer's spans in the one spelling; what is not valid, as it is."""
    try:
        return write_spans(read_spans(answer, text, labels))
    except SpanError:
        return answer


def invalid_gold(sheet: AnswerSheet) -> str:
    """Return why answers cannot be held against gold spans; empty where they can."""
    for row in sheet.rows:
        if reason := invalid(row.answer, row.input, sheet.task.labels):
            return f"because the gold answer of {row.id} is not valid: {reason}"
    return ""


def claims(answer: str, row: DatasetRow, task: Task) -> Claims:
    """Return which keys an answer's JSON has beyond its schema, and which values are made up.

    Our own spans point into the input and make nothing up; models write other JSON too. A value
    is in the input if its words are, in their order.
    """
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        return Claims()  # that it does not parse is said by `invalid`
    said = words(source(row))
    unsupported = [
        f"the key {key!r} is not in the schema" for key in _strange_keys(read, task.labels)
    ]
    paraphrased = []
    for value in dict.fromkeys(_values(read)):
        shared = _shared(words(value), said)
        numbers = strange_numbers(value, source(row))
        unsupported += [f"the number {number} is not in the input" for number in numbers]
        if PARAPHRASED <= shared < 1 and not numbers:
            paraphrased.append(value)
        elif shared < PARAPHRASED and not numbers:
            unsupported.append(f"{value[:60]!r} is not in the input")
    return Claims(tuple(unsupported), tuple(paraphrased))


def _strange_keys(read: Any, labels: Sequence[str]) -> list[str]:  # noqa: ANN401 - JSON
    """Return unknown keys of objects in a list, or of one object whose keys are labels."""
    known = KEYS if isinstance(read, list) else {*KEYS, *labels}
    objects = [one for one in (read if isinstance(read, list) else [read]) if isinstance(one, dict)]
    return list(dict.fromkeys(key for one in objects for key in one if key not in known))


def _values(read: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the texts and numbers of an answer, but for labels and places."""
    if isinstance(read, dict):
        for key, value in read.items():
            if key not in {"start", "end", "label"}:
                yield from _values(value)
    elif isinstance(read, list):
        for value in read:
            yield from _values(value)
    elif isinstance(read, str | int | float) and not isinstance(read, bool):
        yield str(read)


def _shared(value: Sequence[str], said: Sequence[str]) -> float:
    """Return 1 where the words stand in the input in their order, else the best F1 of a stretch."""
    size = len(value)
    if not size:
        return 1.0
    if f" {' '.join(value)} " in f" {' '.join(said)} ":
        return 1.0
    wanted, best = Counter(value), 0
    inside = Counter(said[:size])
    for at in range(max(1, len(said) - size + 1)):
        if at:
            inside[said[at - 1]] -= 1
            inside[said[at + size - 1]] += 1
        best = max(best, sum(min(count, inside[word]) for word, count in wanted.items()))
    return min(best / size, 0.99)
