"""What a run may not start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.exceptions import DatasetError, RunError, UnknownNameError
from curation.project import Project, change_task
from curation.types import Split
from studio import loop
from training import launcher


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the run folders for which a worker would have been started."""
    folders: list[Path] = []
    monkeypatch.setattr(launcher, "launch", lambda run, dataset: folders.append(run))
    return folders


@pytest.fixture
def frozen(retail: Project, freeze: Callable[[Project], str]) -> Project:
    """Return the sample with a dataset and no run."""
    freeze(retail)
    return retail


@pytest.mark.parametrize("split", [Split.TRAIN, Split.VALIDATION])
def test_rows_that_are_not_what_was_frozen_start_nothing(
    frozen: Project, launched: list[Path], split: Split
) -> None:
    folder = frozen.datasets / "v0001"
    file = folder / f"{split}.jsonl"
    leaked = (folder / "test.jsonl").read_bytes()
    content = file.read_bytes() + leaked
    file.unlink()
    file.write_bytes(content)
    with pytest.raises(DatasetError, match="not what was frozen"):
        loop.start_run(frozen)
    assert launched == []
    assert loop.list_runs(frozen) == ()


def test_a_project_copied_without_its_empty_folders_can_train(
    frozen: Project, launched: list[Path]
) -> None:
    frozen.runs.rmdir()
    run = loop.start_run(frozen).spec.id
    assert launched == [frozen.runs / run]


@pytest.mark.parametrize(
    ("metric", "error"), [("acuracy", UnknownNameError), ("rougeL", RunError), ("bleu", RunError)]
)
def test_a_criterion_no_evaluation_could_judge_is_refused_before_the_run(
    frozen: Project, launched: list[Path], metric: str, error: type[Exception]
) -> None:
    project = change_task(frozen, criterion={"metric": metric, "target": 0.5})
    with pytest.raises(error):
        loop.start_run(project)
    assert launched == []


@pytest.mark.parametrize("metric", ["perplexity", "malformed", "f1[returns]", "macro_f1"])
def test_a_criterion_that_can_be_judged_is_taken(
    frozen: Project, launched: list[Path], metric: str
) -> None:
    loop.start_run(change_task(frozen, criterion={"metric": metric, "target": 0.5}))
    assert len(launched) == 1
