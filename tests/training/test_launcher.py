from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.exceptions import RunError
from curation.types import RunSpec
from training.launcher import clean_environment, command, launch, resume
from training.runs import append_event, create_run

MakeSpec = Callable[..., RunSpec]


@pytest.fixture
def run(tmp_path: Path, make_spec: MakeSpec) -> Path:
    return create_run(tmp_path / "runs", make_spec("lora"))


@pytest.mark.parametrize("status", ["finished", "failed"])
def test_a_run_that_has_ended_is_neither_launched_nor_resumed(
    run: Path, dataset: Path, status: str
) -> None:
    append_event(run, "start", pid=1)
    append_event(run, "end", pid=1, status=status, reason="")
    for act in (launch, resume):
        with pytest.raises(RunError, match=f"The run is {status}"):
            act(run, dataset)


def test_a_missing_dataset_is_refused_before_anything_starts(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no train"):
        launch(run, tmp_path)
    assert not (run / "train.log").exists()


def test_the_command_line_names_whole_paths(
    run: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.parent)
    made = command(Path(run.name), dataset)
    assert made == [sys.executable, "-m", "training.worker", str(run), "--dataset", str(dataset)]


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("LABEL_STUDIO_API_KEY", False),
        ("aws_secret_access_key", False),
        ("GITHUB_TOKEN", False),
        ("DB_PASSWORD", False),
        ("HF_TOKEN", True),
        ("HF_HUB_OFFLINE", True),
        ("TUNESMITH_CACHE", True),
        ("CUDA_VISIBLE_DEVICES", True),
    ],
)
def test_secrets_stay_behind(name: str, stays: bool) -> None:
    assert (name in clean_environment({name: "x"})) is stays
