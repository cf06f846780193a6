"""Label with functions: run what changed, add the votes up, measure them on training gold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from curation.exceptions import FunctionError
from curation.project import Project
from curation.resolution import resolve, standing_words
from curation.types import (
    Example,
    JsonObject,
    ProbableLabels,
    Split,
    TaskKind,
    VoteMatrix,
    fingerprint,
)
from labeling_functions.aggregate import aggregate
from labeling_functions.report import FunctionReport, report
from labeling_functions.source import write_function
from labeling_functions.voting import Catalog, Voter, vote_cached

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


SEEN_SPLITS = (Split.TRAIN, Split.VALIDATION)
"""The splits labeling functions may see. The exam is not among them."""


_voters: list[Voter] = []


def voter() -> Voter:
    """Return the process's warm voter, started when first asked for."""
    if not _voters:
        _voters.append(Voter())
    return _voters[0]


def list_functions(project: Project) -> Catalog:
    """Return the project's labeling functions, and the files that do not load."""
    return voter().describe(project.functions, project.task.labels)


def seen_examples(project: Project) -> tuple[Example, ...]:
    """Return the examples labeling functions may see: everything but the exam."""
    return tuple(e for split in SEEN_SPLITS for e in project.store.examples(split=split))


def vote(project: Project, on_progress: Progress | None = None) -> VoteMatrix:
    """Run every function whose votes are not up to date, and note what they were made from.

    Raises
    ------
    FunctionError
        If the project's task has no labels to vote for.
    """
    if project.task.kind is not TaskKind.CLASSIFY:
        raise FunctionError(
            "Labeling functions vote for labels, and this project has none to vote for.",
            where=project.settings.name,
            remedy="Review examples by hand, or make a project that classifies.",
        )
    examples = seen_examples(project)
    digest = functions_digest(project)
    matrix = vote_cached(
        project.functions,
        project.votes,
        project.task.labels,
        examples,
        voter=voter(),
        on_progress=on_progress and (lambda done, total, _name: on_progress(done, total)),
    )
    note = {
        "digest": digest,
        "examples": len(examples),
        "functions": [function.key for function in matrix.functions],
        "covered": int((matrix.votes >= 0).any(axis=1).sum()) if matrix.functions else 0,
        "faults": len(matrix.faults),
    }
    _keep_note(project.votes, note)
    return matrix


def _keep_note(folder: Path, note: JsonObject) -> None:
    folder.mkdir(exist_ok=True)
    temporary = folder / f".current.{uuid4().hex}.tmp"  # the app and the terminal may vote at once
    temporary.write_text(json.dumps(note), "utf-8")
    temporary.replace(folder / "current.json")


def try_function(project: Project, code: str) -> VoteMatrix:
    """Let a function that is not saved yet vote on every example functions may see."""
    with TemporaryDirectory() as folder:
        write_function(Path(folder), code)
        labels = project.task.labels
        catalog = voter().describe(Path(folder), labels)
        examples = seen_examples(project)
        votes = voter().vote(Path(folder), labels, examples, catalog.functions)
        return replace(votes, faults=(*catalog.faults, *votes.faults))


def last_votes(project: Project) -> JsonObject | None:
    """Return the note the last vote left; None before the first, or where it does not read."""
    try:
        note: JsonObject = json.loads((project.votes / "current.json").read_bytes())
    except (OSError, ValueError):  # the folder may be deleted or half copied: vote again
        return None
    return note


def functions_digest(project: Project) -> str:
    """Return a hash of the labels and of the functions folder, to see whether votes are stale.

    Every file counts, as functions may read word lists and modules beside them; none need be text.
    """
    files = sorted(path for path in project.functions.rglob("*") if _is_read(path))
    contents = (f"{file.name} {sha256(file.read_bytes()).hexdigest()}" for file in files)
    return fingerprint(*project.task.labels, "", *contents)


def _is_read(path: Path) -> bool:
    ours = not path.name.startswith(".") and "__pycache__" not in path.parts
    return ours and path.is_file()


def add_up(project: Project, matrix: VoteMatrix) -> ProbableLabels | None:
    """Turn votes into probable labels with the project's aggregator; None without functions."""
    if not matrix.functions or not matrix.example_ids:
        return None
    return aggregate(matrix, project.settings.aggregator, seed=project.settings.seed)


def tuning_gold(project: Project) -> dict[str, str]:
    """Return the answers functions may be measured against: those of training examples."""
    examples = project.store.examples(split=Split.TRAIN)
    resolved = resolve(examples, standing_words(project.store.annotations()), None, threshold=1.0)
    return {id_: resolution.answer for id_, resolution in resolved.resolutions.items()}


def judge_functions(project: Project, matrix: VoteMatrix) -> tuple[FunctionReport, ...]:
    """Return how good each function is on training gold."""
    return report(matrix, tuning_gold(project))
