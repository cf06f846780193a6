from __future__ import annotations

from pathlib import Path

import pytest

from curation.exceptions import ProjectError
from curation.project import Project, Settings, create_project, default_task
from curation.slices import find_slice, list_slices, remove_slice, save_slice
from curation.types import TaskKind


@pytest.fixture
def project(tmp_path: Path) -> Project:
    settings = Settings(name="p", task=default_task(TaskKind.CLASSIFY, ("a", "b")))
    return create_project(tmp_path / "p", settings)


def test_slices_are_listed_by_name_and_saving_again_replaces(project: Project) -> None:
    save_slice(project, "short", {"parts": []})
    save_slice(project, "  Angry \n ones ", {"parts": [1]}, who="mia")
    save_slice(project, "short", {"parts": [2]})
    assert [(s.name, s.filter) for s in list_slices(project)] == [
        ("Angry ones", {"parts": [1]}),
        ("short", {"parts": [2]}),
    ]
    assert find_slice(project, "Angry ones").who == "mia"


def test_a_removed_slice_is_gone_and_others_stay(project: Project) -> None:
    save_slice(project, "short", {})
    save_slice(project, "long", {})
    before = project.store.revision()
    remove_slice(project, "short")
    assert [s.name for s in list_slices(project)] == ["long"]
    assert project.store.revision() == before + 1


@pytest.mark.parametrize("name", ["", "  \n"])
def test_a_slice_needs_a_name(project: Project, name: str) -> None:
    with pytest.raises(ProjectError, match="needs a name"):
        save_slice(project, name, {})


def test_a_slice_that_is_not_there_is_answered_with_those_that_are(project: Project) -> None:
    save_slice(project, "short", {})
    with pytest.raises(ProjectError, match="Did you mean short"):
        find_slice(project, "shorts")
    with pytest.raises(ProjectError, match="no slice"):
        remove_slice(project, "shorts")
