"""How good each function's marks are, against gold spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.statistics import proportion
from curation.types import Score, Span, against
from labeling_functions.spans import SpanVotes


@dataclass(frozen=True)
class SpanReport:
    """How good one function's marks are.

    Attributes
    ----------
    name, key : str
        The function, and this version of it.
    label : str
        What it marks, or marks as not being.
    negative : bool
        Its marks say "not this".
    coverage : float
        Share of examples it marks something in.
    marks : int
    precision : Score
        Marks that are exactly a gold span of their label, among marks in examples with gold; for
        a negative function, marks that touch no gold span of the label.
    touching : Score
        Marks that touch a gold span of their label: right but for where they begin or end.
    recall : Score
        Gold spans of its label it marks exactly, among all of them; undefined for a negative one.
    """

    name: str
    key: str
    label: str
    negative: bool
    coverage: float
    marks: int
    precision: Score
    touching: Score
    recall: Score


def report_spans(votes: SpanVotes, gold: Mapping[str, Sequence[Span]]) -> tuple[SpanReport, ...]:
    """Return one report a function, in order.

    Parameters
    ----------
    votes : SpanVotes
    gold : mapping of example id to spans
        Never test rows.
    """
    return tuple(_report(votes, column, gold) for column in range(len(votes.functions)))


def _report(votes: SpanVotes, column: int, gold: Mapping[str, Sequence[Span]]) -> SpanReport:
    function, vote = votes.functions[column], votes.votes[column]
    negative = vote < 0
    label = votes.labels[against(vote) if negative else vote]
    marks = [mark for mark in votes.marks if mark.function == column]
    judged = [
        (mark, [span for span in gold[votes.example_ids[mark.row]] if span.label == label])
        for mark in marks
        if votes.example_ids[mark.row] in gold
    ]
    right = sum(
        not any(s.start < m.end and m.start < s.end for s in spans)
        if negative
        else any((s.start, s.end) == (m.start, m.end) for s in spans)
        for m, spans in judged
    )
    near = sum(any(s.start < m.end and m.start < s.end for s in spans) for m, spans in judged)
    wanted = sum(span.label == label for spans in gold.values() for span in spans)
    why = "a negative function finds none" if negative else f"no gold span is a {label}"
    return SpanReport(
        name=function.name,
        key=function.key,
        label=label,
        negative=negative,
        coverage=len({mark.row for mark in marks}) / max(1, len(votes.example_ids)),
        marks=len(marks),
        precision=proportion("precision", right, len(judged), "it marks nothing in gold examples"),
        touching=proportion("touching", near, len(judged), "it marks nothing in gold examples"),
        recall=proportion("recall", right, 0 if negative else wanted, why),
    )
