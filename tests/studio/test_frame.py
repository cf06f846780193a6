"""The frame keeps what is broken from taking the rest with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project
from studio import state

Opener = Callable[..., AppTest]


@pytest.mark.parametrize(
    ("title", "told"),
    [("Data", "What have we got?"), ("Review", "What must a person decide?")],
)
def test_a_dataset_half_copied_is_named_and_keeps_nobody_from_a_page(
    open_page: Opener, retail: Project, title: str, told: str
) -> None:
    (retail.datasets / "v0001").mkdir()
    app = open_page(title)
    assert not app.exception
    assert "This is not a frozen dataset." in [text.value for text in app.text]
    assert told in [caption.value for caption in app.caption]


def test_a_finished_run_outlives_its_dataset(open_page: Opener, finished: Project) -> None:
    shutil.rmtree(finished.datasets / "v0001")
    app = open_page("Home")
    assert not app.exception
    assert app.dataframe[0].value["rows"].isna().all()


def test_a_folder_that_may_not_be_read_does_not_hide_the_projects(
    projects: Path, retail: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (projects / "lost+found").mkdir()
    is_file = Path.is_file

    def refuse(path: Path) -> bool:
        if path.parent.name == "lost+found":
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refuse)  # tests may run as root, who reads everything
    assert state.project_names() == [retail.folder.name]
