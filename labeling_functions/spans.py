"""Functions that mark spans, for `extract`: each marks what its condition matched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import (
    Fault,
    FunctionInfo,
    against,
)
from labeling_functions.conditions import Condition, condition_from, masks
from labeling_functions.conditions.combined import All


@dataclass(frozen=True)
class Mark:
    """A stretch a function marked.

    Attributes
    ----------
    row : int
        The example's row in the corpus.
    function : int
        The function's column.
    start, end : int
        In characters, end exclusive.
    """

    row: int
    function: int
    start: int
    end: int


@dataclass(frozen=True)
class SpanVotes:
    """What functions marked.

    Attributes
    ----------
    example_ids : sequence of str, length n
    functions : tuple of FunctionInfo, length m
    labels : tuple of str
    votes : tuple of int, length m
        What each function's marks say: a label's index, or `against(index)`.
    marks : tuple of Mark
        By row, then function, then place.
    faults : tuple of Fault
        Functions that cannot mark spans.
    """

    example_ids: Sequence[str]
    functions: tuple[FunctionInfo, ...]
    labels: tuple[str, ...]
    votes: tuple[int, ...]
    marks: tuple[Mark, ...]
    faults: tuple[Fault, ...] = ()


def mark_spans(
    functions: Sequence[FunctionInfo], corpus: Corpus, labels: Sequence[str]
) -> SpanVotes:
    """Let every function mark the stretches its condition matched.

    Only rows where the condition holds are looked at twice. A function that cannot say where it
    matched (a length, plain Python) marks nothing, and its fault says so.
    """
    able = [function for function in functions if _places(function)]
    held = _holds(able, corpus)
    marks = [
        Mark(row, column, start, end)
        for column, function in enumerate(able)
        for row, start, end in _found(_when(function), held[column], corpus)
    ]
    marks.sort(key=lambda mark: (mark.row, mark.function, mark.start, mark.end))
    faults = tuple(_cannot(function) for function in functions if not _places(function))
    votes = tuple(_vote(function, labels) for function in able)
    return SpanVotes(corpus.ids, tuple(able), tuple(labels), votes, tuple(marks), faults)


def disputes(votes: SpanVotes) -> dict[str, tuple[str, ...]]:
    """Return the examples in which marks that overlap say different things, and of which labels.

    A mark that says "not this label" differs from one that says the label, and from no other.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row, marks in groupby(votes.marks, key=lambda mark: mark.row):
        said = [(mark.start, mark.end, votes.votes[mark.function]) for mark in marks]
        if labels := set(_disputed(sorted(said))):
            found[votes.example_ids[row]] = tuple(votes.labels[i] for i in sorted(labels))
    return found


def _disputed(said: Sequence[tuple[int, int, int]]) -> Iterator[int]:
    """Return the labels in question among a text's marks, in reading order."""
    for place, (_, end, vote) in enumerate(said):
        for start, _, other in said[place + 1 :]:
            if start >= end:
                break
            if min(vote, other) >= 0 and vote != other:
                yield from (vote, other)
            elif vote == against(other):
                yield max(vote, other)


def _found(
    when: Condition, held: NDArray[np.bool_], corpus: Corpus
) -> Iterator[tuple[int, int, int]]:
    rows = np.flatnonzero(held)
    for row, text in zip(rows.tolist(), corpus.texts[rows].to_list(), strict=True):
        for start, end in when.spans(text):
            if start < end:
                yield row, start, end


def _places(function: FunctionInfo) -> bool:
    """Whether a function can say where it matched."""
    return bool(function.rule and function.rule.get("when")) and _shows(_when(function))


def _shows(condition: Condition) -> bool:
    parts = condition.parts()
    return any(map(_shows, parts)) or type(condition).spans is not Condition.spans


def _when(function: FunctionInfo) -> Condition:
    return condition_from((function.rule or {})["when"])


def _holds(functions: Sequence[FunctionInfo], corpus: Corpus) -> NDArray[np.bool_]:
    """Return where each function has something to mark, shape (m, n)."""
    asked: list[Condition] = []
    for function in functions:
        scope = (function.rule or {}).get("scope")
        parts = [_when(function), *([condition_from(scope)] if scope else [])]
        asked.append(All(tuple(parts)))
    return masks(asked, corpus)


def _vote(function: FunctionInfo, labels: Sequence[str]) -> int:
    rule = function.rule or {}
    if rule["vote"] not in labels:
        raise FunctionError(
            f"There is no label called {rule['vote']!r}.",
            where=f"{function.file}, line {function.line}",
            remedy=f"There is: {', '.join(labels)}.",
        )
    place = list(labels).index(rule["vote"])
    return against(place) if rule.get("against") else place


def _cannot(function: FunctionInfo) -> Fault:
    return Fault(
        function=function.name,
        example_id=None,
        error="It cannot say where it matched. Spans need words, a pattern or a gazetteer.",
        line=function.line,
    )
