"""Filters: which examples, as data, as one line for a link or a shell, and in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pydantic import Field, ValidationError

from curation.exceptions import FilterError
from curation.registry import nearest
from curation.types import JsonObject, Noun

KINDS = {
    "text": "text contains",
    "words": "text has the word",
    "pattern": "text matches",
    "length": "characters",
    "metadata": "column",
    "label": "label",
    "word": "on the word of",
    "gold": "gold",
    "vote": "vote of",
    "conflict": "conflict with",
    "disagrees": "differs from the votes together:",
    "tied": "votes are tied",
    "confidence": "confidence",
    "split": "split",
    "source": "source",
    "reviewed": "reviewed",
    "excluded": "excluded",
    "slice": "slice",
    "dataset": "in dataset",
    "finding": "asked about by finding",
    "ids": "chosen",
}
"""What a part may ask, and how that begins in words."""

KNOWING = frozenset(
    {"label", "word", "gold", "vote", "conflict", "disagrees", "tied", "confidence"}
)
"""Parts about answers: no row of the exam is ever matched by one, nor by its opposite."""

ABSTAINS = "abstain"
"""The value of a `vote` part that asks for rows a function says nothing about."""
NOBODY = "nobody"
"""The value of a `word` part that asks for rows without an answer to go with."""

UNLISTED = "unlisted"
"""The value of a `label` or `gold` part that asks for answers that are none of the labels."""


class Part(Noun):
    """One thing a filter asks of an example."""

    kind: str = Field(description="What is asked about, one of `KINDS`.")
    of: str = Field(default="", description="The function or the column, where the kind has one.")
    values: tuple[str, ...] = Field(default=(), description="Any of these; none means any at all.")
    low: float | None = Field(default=None, description="The least, for numbers.")
    high: float | None = Field(default=None, description="The most, for numbers.")
    negated: bool = Field(default=False, description="Whether it must not hold.")


class Filter(Noun):
    """Which examples: those every part holds for."""

    parts: tuple[Part, ...] = Field(default=(), description="All of them must hold.")

    def __and__(self, part: Part) -> Filter:
        return self if part in self.parts else Filter(parts=(*self.parts, part))

    def without(self, part: Part) -> Filter:
        """Return the filter without one of its parts."""
        return Filter(parts=tuple(other for other in self.parts if other != part))


def filter_from(data: JsonObject) -> Filter:
    """Return the filter a slice or a file keeps as data.

    Raises
    ------
    FilterError
        If it is none.
    """
    try:
        read = Filter.model_validate(data)
    except ValidationError as error:
        raise FilterError(f"This is not a filter: {error.errors()[0]['msg']}.") from error
    for part in read.parts:
        _known(part.kind)
    return read


QUOTED = r'"(?:[^"\\]|\\.)*"|'
KIND, OF, VALUE = (re.compile(QUOTED + bare) for bare in (r"[a-z]+", r'[^\s",:]+', r'[^\s",]+'))
RANGE = re.compile(r"(-?[\d.]+(?:e-?\d+)?)?\.\.(-?[\d.]+(?:e-?\d+)?)?(?=\s|$)", re.IGNORECASE)
BARE = re.compile(r"[\w/@#+%-]+(\.[\w/@#+%-]+)*")


def as_line(filter_: Filter) -> str:
    """Return a filter as one line, for a link or a shell.

    Examples
    --------
    >>> asked = Filter(parts=(Part(kind="text", values=("refund", "money back")),))
    >>> as_line(asked & Part(kind="vote", of="asks_hours", values=("abstain",), negated=True))
    'text:refund,"money back" -vote.asks_hours:abstain'
    """
    return " ".join(map(_written, filter_.parts))


def _written(part: Part) -> str:
    head = ("-" if part.negated else "") + part.kind + (f".{_atom(part.of)}" if part.of else "")
    if part.low is not None or part.high is not None:
        return f"{head}:{_number(part.low)}..{_number(part.high)}"
    return head + (":" + ",".join(map(_atom, part.values)) if part.values else "")


def _atom(text: str) -> str:
    return text if BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _number(value: float | None) -> str:
    return "" if value is None else repr(int(value) if value.is_integer() else value)


def from_line(line: str) -> Filter:
    """Read a filter written by `as_line`, or by hand.

    Raises
    ------
    FilterError
        If a part does not read; it says which.

    Examples
    --------
    >>> from_line('split:train confidence:..0.6').parts[1].high
    0.6
    """
    return Filter(parts=tuple(dict.fromkeys(_read(line))))


def _read(line: str) -> Iterator[Part]:
    at = 0
    while (at := at + len(line[at:]) - len(line[at:].lstrip())) < len(line):
        part, at = _read_part(line, at)
        if at < len(line) and not line[at].isspace():
            raise _unreadable(line, at)
        yield part


def _read_part(line: str, at: int) -> tuple[Part, int]:
    negated = line[at] == "-"
    kind, at = _read_atom(KIND, line, at + negated)
    of = ""
    if line[at : at + 1] == ".":
        of, at = _read_atom(OF, line, at + 1)
    values: list[str] = []
    low = high = None
    if line[at : at + 1] == ":" and (numbers := RANGE.match(line, at + 1)):
        low, high = (_as_number(text, line, at) for text in numbers.groups())
        at = numbers.end()
    elif line[at : at + 1] == ":":
        value, at = _read_atom(VALUE, line, at + 1)
        values.append(value)
        while line[at : at + 1] == ",":
            value, at = _read_atom(VALUE, line, at + 1)
            values.append(value)
    part = Part(kind=_known(kind), of=of, values=tuple(values), low=low, high=high, negated=negated)
    return part, at


def _read_atom(kind: re.Pattern[str], line: str, at: int) -> tuple[str, int]:
    found = kind.match(line, at)
    if found is None:
        raise _unreadable(line, at)
    text = found.group()
    try:
        return (json.loads(text) if text.startswith('"') else text), found.end()
    except ValueError as error:
        raise _unreadable(line, at) from error


def _as_number(text: str | None, line: str, at: int) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError as error:
        raise _unreadable(line, at) from error


def _unreadable(line: str, at: int) -> FilterError:
    return FilterError(
        f"The filter does not read from its character {at + 1} on: {line[at : at + 40]!r}.",
        where=line,
        remedy='Write parts like text:refund,"money back" -split:test vote.asks_hours:abstain.',
    )


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise FilterError(f"There is no filter {kind!r}.", remedy=nearest(kind, sorted(KINDS)))
    return kind


def in_words(part: Part) -> str:
    """Return a part as people say it.

    Examples
    --------
    >>> in_words(Part(kind="split", values=("test",), negated=True))
    'not: split test'
    >>> in_words(Part(kind="vote", of="asks_hours", values=("abstain",)))
    'vote of asks_hours: abstain'
    >>> in_words(Part(kind="length", high=80))
    'characters at most 80'
    """
    said = KINDS[part.kind]
    of = f" {part.of}:" if part.of and (part.values or part.low is not None) else f" {part.of}"
    said += of if part.of else ""
    if part.low is not None or part.high is not None:
        said += f" {_between(_number(part.low), _number(part.high))}"
    elif part.kind == "ids":
        said += f" {len(part.values):,} rows"
    elif part.values:
        said += " " + " or ".join(part.values)
    elif part.kind in ("label", "gold"):
        said = f"any {part.kind}"
    elif part.kind == "vote":
        said = f"{part.of} votes" if part.of else "any function votes"
    elif part.kind == "conflict" and not part.of:
        said = "functions in conflict"
    return f"not: {said}" if part.negated else said


def _between(low: str, high: str) -> str:
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}"
