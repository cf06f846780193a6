"""Let a past run answer examples that it was not trained on, and read what it answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import numpy as np

from curation import datasets
from curation.child import Child
from curation.corpus import Corpus
from curation.project import Project
from curation.templates import render
from curation.types import DatasetRow, JsonObject, Prediction, Split, Task, Word, fingerprint
from labeling_functions.resources import Answers
from labeling_functions.served import rows_in_scope
from studio.stations.embedding import seen_corpus
from studio.stations.training import run_folder
from training import runs

CHILD = "studio.completer"
Progress = Callable[[int, int], None]


def answers_of(project: Project, run: str) -> Answers:
    """Return a run's answers to examples that it was not trained on and that are not the exam's.

    Raises
    ------
    RunError
        There is no such run.
    """
    folder = run_folder(project, run)
    return _read_answers(_answer_files(folder), _trained_on(project, folder))


def _answer_files(folder: Path) -> tuple[tuple[Path, int], ...]:
    files = sorted((folder / "predictions").glob("*.jsonl"))
    exam = f"{Split.TEST.value}.jsonl"
    return tuple((file, file.stat().st_mtime_ns) for file in files if file.name != exam)


@lru_cache(maxsize=4)
def _read_answers(
    files: tuple[tuple[Path, int], ...], trained: frozenset[str]
) -> Mapping[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    for file, _ in files:
        with file.open(encoding="utf-8") as lines:
            for said in map(Prediction.model_validate_json, lines):
                if said.example_id not in trained and said.confidence is not None:
                    found[said.example_id] = (said.answer, said.confidence)
    return found


@lru_cache(maxsize=4)
def _ids_of(dataset: Path, split: Split) -> frozenset[str]:
    return frozenset(row.id for row in datasets.read_rows(dataset, split))


def _trained_on(project: Project, folder: Path) -> frozenset[str]:
    return _ids_of(project.datasets / runs.read_spec(folder).dataset, Split.TRAIN)


def unanswered(project: Project, rule: JsonObject) -> tuple[Corpus, int]:
    """Return the examples a run has yet to answer, and how many it was not trained on."""
    corpus = seen_corpus(project)
    part = corpus.take(rows_in_scope(rule, corpus))
    folder = run_folder(project, rule["run"])
    trained, answered = _trained_on(project, folder), answers_of(project, rule["run"])
    new = np.array([id_ not in trained for id_ in part.ids], dtype=bool)
    left = np.array([id_ not in answered for id_ in part.ids], dtype=bool) & new
    return part.take(np.flatnonzero(left)), int(new.sum())


def ask_run(
    project: Project, rule: JsonObject, at_most: int, on_progress: Progress | None = None
) -> int:
    """Let a run answer so many of the examples it has yet to; return how many that were.

    Raises
    ------
    ModelError
        The run does not load, or a text is too long for it.
    """
    folder = run_folder(project, rule["run"])
    dataset = project.datasets / runs.read_spec(folder).dataset
    task = datasets.read_manifest(dataset).task
    left, _ = unanswered(project, rule)
    rows = [_row(task, *row) for row in zip(left.ids, left.texts, strict=True) if row[1].strip()]
    rows = rows[:at_most]
    if not rows:
        return 0
    answers = folder / "predictions"
    answers.mkdir(exist_ok=True)
    asked, out = (answers / f".asked.{uuid4().hex}.tmp"), answers / f"pool-{uuid4().hex[:8]}.jsonl"
    asked.write_text("".join(row.model_dump_json() + "\n" for row in rows), "utf-8")
    job = {"job": "answer", "run": str(folder), "rows": str(asked), "out": str(out)}
    try:
        with Child(CHILD) as child:
            for event in child.events({**job, "labels": list(task.labels)}):
                if on_progress is not None:
                    on_progress(event["done"], event["total"])
    finally:
        asked.unlink(missing_ok=True)
    return len(rows)


def _row(task: Task, id_: str, text: str) -> DatasetRow:
    """Return an example as a row to be answered; its completion is a stand-in nobody scores."""
    answer = task.labels[0] if task.labels else "-"
    messages = render(task, text, answer)
    return DatasetRow(
        id=id_, messages=messages, answer=answer, word=Word.VOTES, confidence=0, input=text
    )


def answers_stamp(project: Project, run: str) -> str:
    """Return a hash that changes with the answers there are."""
    files = _answer_files(project.runs / run)
    return fingerprint(*(f"{file.name} {changed}" for file, changed in files))
