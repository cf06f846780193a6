"""Errors: what a run got wrong on validation, and findings that point back at the data."""

from __future__ import annotations

from collections.abc import Sequence

from curation import datasets
from curation.exceptions import EvaluationError
from curation.findings import Action, open_finding
from curation.project import Project
from curation.types import (
    DatasetRow,
    Example,
    Finding,
    Split,
    Word,
    fingerprint,
)
from curation.words import answers_of_people, standing_words
from evaluation.errors import ErrorCase, Neighbour, find_errors, neighbours
from studio.stations.reviewers import whoami
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

    For a review these are the training examples nearest to the errors: the errors themselves are
    held out, and answering them again would teach the model nothing.

    Raises
    ------
    EvaluationError
        If there is no error to report.
    """
    if not errors:
        raise EvaluationError("There is no such error on validation.", where=f"{run}: {title}")
    texts = [error.input for error in errors]
    nearest = nearest_candidates(project, texts, k=3) if action == "review" else ()
    finding = open_finding(
        "errors",
        title,
        example_ids=nearest,
        evidence=[error.example_id for error in errors],
        origin=run,
        action=action,
        note=note,
    )
    finding = _opened_anew(project, finding)
    project.store.add_finding(finding)
    return finding


def _opened_anew(project: Project, finding: Finding) -> Finding:
    """Return the finding under an id that is not closed: what was answered once may come back."""
    closed = {known.id for known in project.store.findings() if known.closed_by}
    while finding.id in closed:
        finding = finding.model_copy(update={"id": fingerprint(finding.id, length=12)})
    return finding


def close_finding(project: Project, id_: str, who: str = "") -> None:
    """Close a finding by hand, once a person thinks it is answered."""
    project.store.close_findings([id_], f"closed by {who or whoami()}")


def nearest_candidates(project: Project, texts: Sequence[str], k: int) -> tuple[str, ...]:
    """Return ids of the training examples most like some texts, least certain word first.

    Those nobody has answered come first; where there are none, those with a file's gold, which
    may be wrong; where people have answered all, theirs.
    """
    people = answers_of_people(standing_words(project.store.annotations()))
    pool = project.store.examples(split=Split.TRAIN)
    unanswered = [e for e in pool if e.id not in people]
    open_ = [e for e in unanswered if e.reference is None]
    rows = [_bare_row(example) for example in open_ or unanswered or pool]
    found = neighbours(texts, rows, k)
    return tuple(dict.fromkeys(n.row.id for some in found for n in some))


def _bare_row(example: Example) -> DatasetRow:
    """Return an example in the shape `neighbours` compares; it has no answer yet."""
    return DatasetRow(
        id=example.id, messages=(), answer="", word=Word.VOTES, confidence=0, input=example.input
    )
