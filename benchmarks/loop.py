"""Turn the whole ring on the sample project, headless, and print what it brought.

    python -m benchmarks.loop [--folder KEEP_IT_HERE] [--answers 120]

The person who reviews is played by `sample_data/retail/answers.csv`: the answers of rows that come
to the project without one. The exam's answers are in the sample itself and are only opened by the
evaluation, on the record.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from curation.project import Project
from curation.review.queue import QueueItem
from curation.types import (
    Annotation,
    DatasetManifest,
    Evaluation,
    RunStatus,
    Split,
    Word,
    example_id,
    fingerprint,
)
from evaluation.errors import confusion_cells
from evaluation.report import BASE_MODEL, MAJORITY
from studio import loop, samples
from studio.commands.models import scores_table, watch

console = Console()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the loop and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the project here")
    parser.add_argument("--answers", type=int, default=120, help="what the reviewer answers first")
    options = parser.parse_args(arguments)
    if options.folder:
        turn(options.folder, options.answers)
        return
    with tempfile.TemporaryDirectory(prefix="tunesmith-loop-") as folder:
        turn(Path(folder), options.answers)


def turn(folder: Path, answers: int) -> None:
    """Go once round the ring, and up to the second dataset version."""
    started = time.monotonic()
    with step("import"):
        project = samples.open_sample("retail", folder)
    with step("vote"):
        matrix = loop.vote(project)
        probable = loop.add_up(project, matrix)
    with step(f"review {answers} examples"):
        answer_as_reviewer(project, loop.front_of_queue(project, number=answers)[:answers])
    with step("freeze"):
        manifest = loop.freeze_dataset(project, matrix, probable)
    with step("train"):
        run = loop.start_run(project).spec.id
        state = watch(project, run)
    if state.status is not RunStatus.FINISHED:
        sys.exit(f"The run {state.status.value}: {state.reason}")
    with step("evaluate on validation"):
        validation = loop.evaluate_run(project, run, Split.VALIDATION)
    with step("open the exam"):
        exam = loop.evaluate_run(project, run, Split.TEST, why="the headless loop")
    seconds = time.monotonic() - started
    with step("errors back to the data"):
        second = back_to_the_data(project, run)
    for evaluation in (validation, exam):
        console.print(scores_table(evaluation))
        console.print(evaluation.verdict.sentence)
    console.print(
        f"{second.version}: {second.counts[Split.TRAIN]} training rows, "
        f"{second.words.get(Word.PERSON, 0)} of them by people "
        f"({manifest.words.get(Word.PERSON, 0)} in {manifest.version})"
    )
    console.file.flush()
    print(json.dumps(figures(exam, manifest.counts[Split.TRAIN], seconds)))


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    started = time.monotonic()
    yield
    console.print(f"{name:<28}{time.monotonic() - started:8.1f} s", highlight=False)


def answer_as_reviewer(project: Project, queue: Sequence[QueueItem]) -> None:
    """Answer cards the way the sample's author did."""
    path = samples.files("retail") / "answers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        key = {example_id(row["text"]): row["label"] for row in csv.DictReader(file)}
    loop.answer(
        project,
        (
            Annotation(
                uid=fingerprint("headless", item.example.id),
                example_id=item.example.id,
                answer=key[item.example.id],
                reviewer="answers.csv",
                via="cli",
                drawn=item.drawn,
            )
            for item in queue
            if item.example.id in key
        ),
    )


def back_to_the_data(project: Project, run: str) -> DatasetManifest:
    """Open a finding on the commonest confusion, answer what it asks, freeze again."""
    cases = loop.browse_errors(project, run)
    if cases:
        cell = confusion_cells(cases)[0]
        wrong = [case for case in cases if case.example_id in cell.example_ids]
        loop.report_finding(project, run, wrong, f"{cell.gold} taken for {cell.predicted}")
    matrix = loop.vote(project)
    probable = loop.add_up(project, matrix)
    asked = [item for item in loop.front_of_queue(project) if item.drawn == "findings"]
    answer_as_reviewer(project, asked)
    return loop.freeze_dataset(project, matrix, probable)


def figures(exam: Evaluation, train_rows: int, seconds: float) -> dict[str, float]:
    """Return the figures of the loop as flat names and numbers."""
    found = {
        "base": exam.baselines[BASE_MODEL],
        "majority": exam.baselines[MAJORITY],
        "tuned": exam.scores,
    }
    value = {
        (who, score.metric): score.value or 0.0 for who, some in found.items() for score in some
    }
    return {
        "exam_n": exam.scores[0].n,
        "exam_accuracy_base": round(value["base", "accuracy"], 4),
        "exam_accuracy_majority": round(value["majority", "accuracy"], 4),
        "exam_accuracy_tuned": round(value["tuned", "accuracy"], 4),
        "exam_macro_f1_tuned": round(value["tuned", "macro_f1"], 4),
        "train_rows": train_rows,
        "seconds_total": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
