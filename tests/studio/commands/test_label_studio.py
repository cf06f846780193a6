"""`tunesmith label-studio`: what each command says, asks and refuses."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.review.label_studio.sync import PushState
from studio import cli
from studio.stations.label_studio.link import ADDRESS, TOKEN, keep
from studio.stations.label_studio.syncing import look

HERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, HERE)
    monkeypatch.setenv(TOKEN, "0" * 40)


def run(project: Project, *arguments: str, typed: str = "") -> Result:
    command = ["label-studio", arguments[0], "-p", str(project.folder), *arguments[1:]]
    return CliRunner().invoke(cli.app, command, input=typed)


@pytest.mark.parametrize("name", ["check", "push", "pull", "sync"])
def test_with_nobody_there_it_is_said(retail: Project, name: str) -> None:
    refused = run(retail, name)
    assert isinstance(refused.exception, ReviewBackendError)
    assert "not reachable" in refused.exception.what
    assert refused.exception.where == HERE


def test_a_watch_of_nothing_is_refused(retail: Project) -> None:
    refused = run(retail, "watch")
    assert isinstance(refused.exception, ReviewBackendError)
    assert "Push first" in str(refused.exception)


def test_forgetting_asks_first_with_a_count(retail: Project) -> None:
    keep(retail, HERE, PushState(project_id=7, tasks={"a": 1, "b": 2}))
    asked = run(retail, "forget", typed="n\n")
    assert asked.exit_code == 1
    assert f"Forget 2 tasks in {HERE}? 2 have no answer yet." in asked.output
    assert look(retail).tasks == 2
    done = run(retail, "forget", "--yes")
    assert done.exit_code == 0
    assert "2 tasks forgotten" in done.output
    assert look(retail).tasks == 0
