"""Marks as votes on tokens, added up and joined to spans again.

Tokens are the rows that aggregators add up, so whatever adds up votes on texts adds up spans too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from curation.types import ABSTAIN, Span, VoteMatrix, against, vote_type
from labeling_functions.aggregation.aggregate import aggregate
from labeling_functions.spans import Mark, SpanVotes

TOKEN = re.compile(r"\w+|[^\w\s]")
OUTSIDE = ""
"""The label of a token that belongs to no span; no function votes it, gold says it."""


@dataclass(frozen=True)
class ProbableSpan:
    """A span the functions add up to, with the least probability among its tokens."""

    span: Span
    probability: float


def tokens(text: str) -> list[tuple[int, int]]:
    """Return where the words and signs of a text are.

    Examples
    --------
    >>> tokens("at 8pm!")
    [(0, 2), (3, 6), (6, 7)]
    """
    return [match.span() for match in TOKEN.finditer(text)]


def token_matrix(votes: SpanVotes, texts: Sequence[str]) -> VoteMatrix:
    """Return the marks as votes on tokens; tokens nobody marked are left out.

    A token's id is its example's row and its place in the text: `"12:3:6"`. A token half inside
    a mark is inside.

    Parameters
    ----------
    votes : SpanVotes
    texts : sequence of str, length n
        The examples' texts, in the corpus' order.
    """
    said: dict[tuple[int, int, int], dict[int, int]] = {}
    for row, marks in groupby(votes.marks, key=lambda mark: mark.row):
        places = tokens(texts[row])
        for mark in marks:
            for start, end in places:
                if start < mark.end and mark.start < end:
                    said.setdefault((row, start, end), {})[mark.function] = votes.votes[
                        mark.function
                    ]
    labels = (*votes.labels, OUTSIDE)
    matrix = np.full((len(said), len(votes.functions)), ABSTAIN, dtype=vote_type(len(labels)))
    ids = sorted(said)
    for place, key in enumerate(ids):
        matrix[place, list(said[key])] = list(said[key].values())
    names = tuple(f"{row}:{start}:{end}" for row, start, end in ids)
    return VoteMatrix(names, votes.functions, labels, matrix, votes.faults)


def token_gold(
    matrix: VoteMatrix, votes: SpanVotes, gold: Mapping[str, Sequence[Span]]
) -> dict[str, str]:
    """Return the gold label of each marked token of examples with gold; `OUTSIDE` where none.

    Parameters
    ----------
    matrix : VoteMatrix
        As `token_matrix` returned it.
    votes : SpanVotes
    gold : mapping of example id to spans
        Never test rows. An example with no spans in it has gold that says so.
    """
    answers = {}
    for name in matrix.example_ids:
        row, start, end = map(int, name.split(":"))
        spans = gold.get(votes.example_ids[row])
        if spans is not None:
            inside = (span.label for span in spans if start < span.end and span.start < end)
            answers[name] = next(inside, OUTSIDE)
    return answers


def add_up_spans(
    votes: SpanVotes,
    texts: Sequence[str],
    aggregator: str = "majority",
    *,
    gold: Mapping[str, Sequence[Span]] | None = None,
    seed: int = 13,
) -> dict[str, tuple[ProbableSpan, ...]]:
    """Return the spans the marks add up to, by example.

    Neighbouring tokens of one label are one span where some mark covers both. Examples in which
    nothing is left standing are not in it.
    """
    matrix = token_matrix(votes, texts)
    if not matrix.example_ids:
        return {}
    answers = token_gold(matrix, votes, gold or {})
    probable = aggregate(matrix, aggregator, gold=answers, seed=seed)
    bridged = _bridged(votes.marks, matrix)
    kept: list[tuple[int, int, int, tuple[str, float]]] = []
    for place, name in enumerate(matrix.example_ids):
        best = probable.best(place)
        if best and best[0] != OUTSIDE and not _contested(matrix, place, best[0]):
            row, start, end = map(int, name.split(":"))
            kept.append((row, start, end, best))
    found: dict[str, tuple[ProbableSpan, ...]] = {}
    for row, group in groupby(kept, key=lambda token: token[0]):
        spans = tuple(_joined(list(group), bridged))
        found[votes.example_ids[row]] = spans
    return found


def _contested(matrix: VoteMatrix, place: int, label: str) -> bool:
    """Whether as many functions say a token is not of the label as say that it is."""
    said, index = matrix.votes[place], matrix.labels.index(label)
    return int((said == against(index)).sum()) >= max(1, int((said == index).sum()))


def _bridged(marks: Sequence[Mark], matrix: VoteMatrix) -> set[tuple[int, int]]:
    """Return the row and start of every token that a mark covers with the one before it."""
    starts: dict[int, list[int]] = {}
    for name in matrix.example_ids:
        row, start, _ = map(int, name.split(":"))
        starts.setdefault(row, []).append(start)
    return {
        (mark.row, start)
        for mark in marks
        for start in starts.get(mark.row, ())
        if mark.start < start < mark.end
    }


def _joined(
    kept: Sequence[tuple[int, int, int, tuple[str, float]]], bridged: set[tuple[int, int]]
) -> Iterator[ProbableSpan]:
    _, begin, stop, (label, least) = kept[0]
    for row, start, end, (name, probability) in kept[1:]:
        if name == label and (row, start) in bridged:
            stop, least = end, min(least, probability)
            continue
        yield ProbableSpan(Span(start=begin, end=stop, label=label), least)
        begin, stop, label, least = start, end, name, probability
    yield ProbableSpan(Span(start=begin, end=stop, label=label), least)
