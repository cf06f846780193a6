"""Errors: what a run got wrong on validation, and findings that point back at the data."""

from __future__ import annotations

from collections.abc import Sequence

from curation import datasets
from curation.findings import Action, open_finding
from curation.project import Project
from curation.resolution import answers_of_people, standing_words
from curation.types import (
    DatasetRow,
    Example,
    Finding,
    Split,
    Word,
)
from evaluation.errors import ErrorCase, Neighbour, find_errors, neighbours
from studio.stations.training import run_folder
from training import runs


def browse_errors(project: Project, run: str) -> tuple[ErrorCase, ...]:
    """Return what a run got wrong on validation. There is no way to ask for the exam."""
    folder = run_folder(project, run)
    spec = runs.read_spec(folder)
    rows = datasets.read_rows(project.datasets / spec.dataset, Split.VALIDATION)
    answers = runs.read_predictions(folder, Split.VALIDATION)
    manifest = datasets.read_manifest(project.datasets / spec.dataset)
    return find_errors(rows, answers, task=manifest.task, split=Split.VALIDATION)


def nearest_training_rows(
    project: Project, run: str, texts: Sequence[str], k: int = 5
) -> list[list[Neighbour]]:
    """Return, for each text, the training rows most like it."""
    spec = runs.read_spec(run_folder(project, run))
    return neighbours(texts, datasets.read_rows(project.datasets / spec.dataset, Split.TRAIN), k)


def report_finding(
    project: Project,
    run: str,
    errors: Sequence[ErrorCase],
    title: str,
    *,
    action: Action = "review",
    note: str = "",
) -> Finding:
    """Open a finding on some errors and name the training examples to work on.

    For a review these are the training examples nearest to the errors, answered or not: the
    errors themselves are held out, and answering them again would teach the model nothing.
    """
    texts = [error.input for error in errors]
    nearest = nearest_candidates(project, texts, errors, k=3) if action == "review" else ()
    finding = open_finding(
        "errors",
        title,
        example_ids=nearest,
        evidence=[error.example_id for error in errors],
        origin=run,
        action=action,
        note=note,
    )
    project.store.add_finding(finding)
    return finding


def nearest_candidates(
    project: Project, texts: Sequence[str], errors: Sequence[ErrorCase], k: int
) -> tuple[str, ...]:
    """Return ids of training examples without a person's answer that are most like the errors."""
    people = answers_of_people(standing_words(project.store.annotations()))
    pool = [e for e in project.store.examples(split=Split.TRAIN) if e.id not in people]
    rows = [_bare_row(e) for e in pool if e.reference is None]
    if not rows or not errors:
        return ()
    found = neighbours(texts, rows, k)
    return tuple(dict.fromkeys(n.row.id for some in found for n in some))


def _bare_row(example: Example) -> DatasetRow:
    """Return an example in the shape `neighbours` compares; it has no answer yet."""
    return DatasetRow(
        id=example.id, messages=(), answer="", word=Word.VOTES, confidence=0, input=example.input
    )
