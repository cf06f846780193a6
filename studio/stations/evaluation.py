"""Evaluate: a run and its baselines answer a split; looks at the exam go on the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from curation import datasets
from curation.exceptions import EvaluationError
from curation.project import Project
from curation.types import (
    DatasetManifest,
    DatasetRow,
    Evaluation,
    ExamOpening,
    Prediction,
    RunSpec,
    RunStatus,
    Split,
    fingerprint,
)
from evaluation import report as scoring
from studio.stations.measuring import completion
from studio.stations.reviewers import whoami
from studio.stations.training import run_folder
from training import locks, runs


def evaluate_run(
    project: Project,
    run: str,
    split: Split,
    *,
    who: str = "",
    why: str = "",
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Evaluation:
    """Let a run, and the untrained model, answer a split; score both. Imports torch.

    Opening the test split is put on the record before anything is read from it.
    """
    folder = run_folder(project, run)
    state = runs.read_state(folder)
    if state.status is not RunStatus.FINISHED:
        raise EvaluationError(
            f"The run is {state.status.value}: there is nothing to evaluate.", where=folder.name
        )
    if split is Split.TEST:
        opening = ExamOpening(
            run=folder.name, dataset=state.spec.dataset, who=who or whoami(), why=why
        )
        project.store.record_opening(opening)
    with locks.hold(project.runs / "evaluate.lock"):  # two at once would fight over the cores
        return _evaluate(project, state.spec, folder, split, on_progress)


def _evaluate(
    project: Project,
    spec: RunSpec,
    folder: Path,
    split: Split,
    on_progress: Callable[[str, int, int], None] | None,
) -> Evaluation:
    rows = datasets.read_rows(project.datasets / spec.dataset, split)
    if not rows:
        raise EvaluationError(
            f"There is no {split.value} row to answer.",
            where=spec.dataset,
            remedy="Review some, freeze again, and train on that version.",
        )
    manifest = datasets.read_manifest(project.datasets / spec.dataset)
    labels = manifest.task.labels  # the project may have more by now
    base = _answers(project, None, spec, rows, labels, split, on_progress)
    tuned = _answers(project, folder, spec, rows, labels, split, on_progress)
    evaluation = scoring.evaluate_run(
        run=folder.name,
        split=split,
        dataset=spec.dataset,
        # judged by what was promised when the run was started, not by today's settings
        task=manifest.task.model_copy(update={"criterion": spec.criterion}),
        rows=rows,
        predictions=tuned,
        baselines={"base model": base},
        majority=_majority(manifest),
        complete=completion(project, split),
    )
    scoring.save(evaluation, folder / f"evaluation-{split.value}.json")
    return evaluation


def _answers(
    project: Project,
    folder: Path | None,
    spec: RunSpec,
    rows: Sequence[DatasetRow],
    labels: tuple[str, ...],
    split: Split,
    on_progress: Callable[[str, int, int], None] | None,
) -> tuple[Prediction, ...]:
    """Return a model's answers, made once: the untrained model's serve every run on them."""
    from training.predict import predict

    if folder is None:
        key = fingerprint(spec.base_model, *labels, *(row.model_dump_json() for row in rows))
        out = project.baselines / key / f"{split.value}.jsonl"
    else:
        out = folder / "predictions" / f"{split.value}.jsonl"
    if out.is_file():
        with out.open(encoding="utf-8") as lines:
            return tuple(Prediction.model_validate_json(line) for line in lines)
    out.parent.mkdir(parents=True, exist_ok=True)
    stage = "base model" if folder is None else folder.name
    return predict(
        folder,
        spec.base_model,
        rows,
        labels,
        out,
        on_progress=lambda done, total: on_progress(stage, done, total) if on_progress else None,
    )


def _majority(manifest: DatasetManifest) -> str:
    counts = {label: by_split.get(Split.TRAIN, 0) for label, by_split in manifest.labels.items()}
    return max(counts, key=lambda label: counts[label]) if counts else ""


def read_evaluation(project: Project, run: str, split: Split) -> Evaluation | None:
    """Return a run's evaluation on a split, or None when it has not been made."""
    path = project.runs / run / f"evaluation-{split.value}.json"
    return scoring.load(path) if path.is_file() else None
