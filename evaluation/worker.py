"""Evaluate in a child process, so that the app never imports `evaluate`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import Field

from curation.exceptions import EvaluationError, TunesmithError
from curation.types import DatasetRow, Evaluation, Noun, Prediction, Split, Task
from evaluation.report import evaluate_run, load, save

_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_EVALUATE_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
_REFUSED = 2


class Order(Noun):
    """What to evaluate and where to write it; every file is read and written as UTF-8."""

    run: str = Field(description="The run.")
    split: Split = Field(description="The split asked.")
    dataset: str = Field(description="The dataset version asked.")
    task: Task = Field(description="The task, with the run's criterion.")
    rows: Path = Field(description="JSON lines of DatasetRow.")
    predictions: Path = Field(description="JSON lines of Prediction.")
    baselines: dict[str, Path] = Field(default_factory=dict, description="The same, by name.")
    majority: str = Field(default="", description="The commonest label of the training rows.")
    output: Path = Field(description="Where the evaluation is saved, as JSON.")


def evaluate_in_child(order: Order) -> Evaluation:
    """Return the evaluation an order asks for, computed in a child process and saved.

    Raises
    ------
    EvaluationError
        With the child's own words when it refuses; with its last line when it dies.
    """
    with TemporaryDirectory() as folder:
        paper = Path(folder, "order.json")
        paper.write_text(order.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "evaluation.worker", str(paper)]
        child = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=os.environ | _OFFLINE,
            cwd=Path(__file__).parents[1],
            check=False,
        )
    if child.returncode:
        raise _failure(child)
    return load(order.output)


def carry_out(order: Order) -> None:
    """Evaluate in this process, and save."""
    evaluation = evaluate_run(
        run=order.run,
        split=order.split,
        dataset=order.dataset,
        task=order.task,
        rows=_rows(order.rows),
        predictions=_predictions(order.predictions),
        baselines={name: _predictions(path) for name, path in order.baselines.items()},
        majority=order.majority,
    )
    save(evaluation, order.output)


def main(paper: str) -> int:
    """Carry out the order in a file; return the exit code."""
    try:
        carry_out(Order.model_validate_json(Path(paper).read_text(encoding="utf-8")))
    except TunesmithError as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    return 0


def _rows(path: Path) -> list[DatasetRow]:
    return [DatasetRow.model_validate_json(line) for line in _lines(path)]


def _predictions(path: Path) -> list[Prediction]:
    return [Prediction.model_validate_json(line) for line in _lines(path)]


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except OSError as error:
        remedy = "Let the run predict this split first."
        raise EvaluationError(
            "There are no rows to read.", where=str(path), remedy=remedy
        ) from error


def _failure(child: subprocess.CompletedProcess[str]) -> EvaluationError:
    last = child.stderr.strip().splitlines()[-1:] or [f"exit code {child.returncode}"]
    if child.returncode == _REFUSED:
        return EvaluationError(last[0])
    return EvaluationError(f"The evaluation died: {last[0]}.", remedy="Evaluate the run again.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
