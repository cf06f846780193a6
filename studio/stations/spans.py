"""Label `extract` projects with functions: mark spans, add them up, measure them on gold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from curation.project import Project
from curation.spans import read_spans, write_spans
from curation.types import Probable, ProbableSpans, Span, Split, TaskKind, VoteMatrix
from labeling_functions.analysis.span_report import SpanReport, report_spans
from labeling_functions.source import write_function
from labeling_functions.spans import SpanVotes, disputes, mark_spans
from labeling_functions.tokens import ProbableSpan, add_up_spans
from labeling_functions.voting import Catalog
from studio.stations.labels import (
    add_up,
    columns,
    link_what_it_reads,
    list_functions,
    tuning_gold,
    vote,
    voter,
)


def mark(project: Project) -> SpanVotes:
    """Let every function mark its spans in the examples functions may see.

    Files that do not load and functions that cannot mark are among its faults.
    """
    return _marked(project, list_functions(project))


def try_marks(project: Project, code: str) -> SpanVotes:
    """Let functions that are not saved yet mark their spans, in every example."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_function(folder, code)
        link_what_it_reads(folder, project.functions, code)
        return _marked(project, voter().describe(folder, project.task.labels))


def _marked(project: Project, catalog: Catalog) -> SpanVotes:
    votes = mark_spans(catalog.functions, columns(project).corpus, project.task.labels)
    return replace(votes, faults=(*catalog.faults, *votes.faults))


def span_gold(project: Project) -> dict[str, tuple[Span, ...]]:
    """Return the spans functions may be measured against: those of training examples.

    Raises
    ------
    SpanError
        A gold answer names no spans of its text.
    """
    texts = {e.id: e.input for e in project.store.examples(split=Split.TRAIN)}
    labels = project.task.labels
    return {id_: read_spans(said, texts[id_], labels) for id_, said in tuning_gold(project).items()}


def judge_marks(project: Project, votes: SpanVotes) -> tuple[SpanReport, ...]:
    """Return how good each function's marks are on training gold."""
    return report_spans(votes, span_gold(project))


def add_up_marks(project: Project, votes: SpanVotes) -> dict[str, tuple[ProbableSpan, ...]]:
    """Return the spans the marks add up to, by example, with the project's aggregator."""
    return add_up_spans(
        votes,
        columns(project).corpus.texts.to_list(),
        project.settings.aggregator,
        gold=span_gold(project),
        seed=project.settings.seed,
    )


def probable_spans(project: Project) -> ProbableSpans:
    """Return what the functions think the answers are."""
    votes = mark(project)
    found = add_up_marks(project, votes)
    return ProbableSpans(
        example_ids=tuple(found),
        answers=tuple(write_spans([one.span for one in spans]) for spans in found.values()),
        probabilities=tuple(min(one.probability for one in spans) for spans in found.values()),
        aggregator=project.settings.aggregator,
        disputed=disputes(votes),
    )


def opinions(project: Project) -> tuple[VoteMatrix | None, Probable | None]:
    """Return what functions think the answers are, and their votes where the task has votes."""
    if project.task.classifies:
        matrix = vote(project)
        return matrix, add_up(project, matrix)
    if project.task.kind is TaskKind.EXTRACT:
        return None, probable_spans(project)
    return None, None
