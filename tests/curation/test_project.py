"""Settings read back as they were written; errors name the place."""

from __future__ import annotations

import os
import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import ProjectError
from curation.project import (
    SETTINGS,
    Project,
    Settings,
    change_settings,
    change_task,
    create_project,
    default_task,
    is_project,
    open_project,
    write_settings,
)
from curation.types import Criterion, Task, TaskKind

finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    [
        '"""',
        "'''",
        "a\nb",
        "a\r\nb",
        "\x00\x07\x1b\x7f\x85",
        "\\",
        "\\u0041",
        "[x]",
        "# no",
        "\u2028",
    ]
)
tasks = st.builds(
    Task,
    kind=st.sampled_from(TaskKind),
    instruction=texts,
    labels=st.lists(texts.filter(str.strip), max_size=5, unique=True).map(tuple),
    template=texts,
    criterion=st.builds(Criterion, metric=texts, target=finite),
)
all_settings = st.builds(
    Settings,
    name=texts.filter(bool),
    task=tasks,
    seed=st.integers(),
    shares=st.tuples(finite, finite, finite),
    threshold=st.floats(0, 1, exclude_min=True),
    base_model=texts,
    retrain_every=st.sampled_from(["week", "month", "quarter", ""]),
    label_studio_url=texts,
)


def settings_for(*labels: str) -> Settings:
    return Settings(name="shop", task=default_task(TaskKind.CLASSIFY, labels))


def change_file(project: Project, old: str, new: str) -> None:
    path = project.folder / SETTINGS
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


@given(settings=all_settings)
def test_any_settings_read_back_as_they_were_written(folder: Path, settings: Settings) -> None:
    write_settings(folder, settings)
    assert open_project(folder).settings == settings
    assert os.listdir(folder) == [SETTINGS]  # noqa: PTH208 - names are all that matters


def test_a_new_project_is_whole(tmp_path: Path) -> None:
    made = create_project(tmp_path / "deep" / "shop", settings_for("card", "cash"))
    assert is_project(made.folder)
    opened = open_project(made.folder)
    assert opened == made
    assert opened.store.revision() == 0
    assert {path.name for path in made.folder.iterdir()} >= {
        SETTINGS, "project.db", "labeling_functions", "datasets", "runs",
    }  # fmt: skip
    for inside in (opened.functions, opened.votes, opened.datasets, opened.runs, opened.baselines):
        assert inside.parent == opened.folder


def test_the_settings_are_written_for_people_too(project: Project) -> None:
    text = (project.folder / SETTINGS).read_text("utf-8")
    assert 'labels = ["card", "cash", "refund"]' in text
    assert tomllib.loads(text)["task"]["kind"] == "classify"


def test_a_project_is_not_made_over_something(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(ProjectError, match="something in this folder") as caught:
        create_project(tmp_path, settings_for())
    assert str(tmp_path) in caught.value.where
    with pytest.raises(ProjectError, match="something in this folder"):
        create_project(tmp_path / "diary.txt", settings_for())
    assert (tmp_path / "diary.txt").read_text() == "dear diary"


def test_a_project_whose_folder_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot be made") as caught:
        create_project(tmp_path / "file" / "shop", settings_for())
    assert caught.value.remedy


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_that_is_no_project_says_so(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "nothing"
    if made:
        folder.mkdir()
    with pytest.raises(ProjectError, match="not a Tunesmith project") as caught:
        open_project(folder)
    assert str(folder) in caught.value.where
    assert "tunesmith new" in caught.value.remedy
    assert not is_project(folder)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name = "shop"', 'name = "shop', "line 1"),
        ("threshold = 0.5", "threshold = 7", "threshold"),
        ("[task.criterion]\n", "[task.criterion]\nmetrik = 1\n", "task.criterion.metrik"),
        ('kind = "classify"', 'kind = "divine"', "task.kind"),
        ('retrain_every = "quarter"', 'retrain_every = "fortnight"', "retrain_every"),
    ],
)
def test_settings_that_do_not_read_name_the_place(
    project: Project, old: str, new: str, place: str
) -> None:
    change_file(project, old, new)
    with pytest.raises(ProjectError, match="do not read") as caught:
        open_project(project.folder)
    assert place in caught.value.what
    assert SETTINGS in caught.value.where
    assert caught.value.remedy


def test_settings_in_another_encoding_say_so(project: Project) -> None:
    (project.folder / SETTINGS).write_bytes('name = "Café"'.encode("latin-1"))
    with pytest.raises(ProjectError, match="cannot be read") as caught:
        open_project(project.folder)
    assert "UTF-8" in caught.value.remedy


def test_a_folder_in_place_of_the_settings_says_so(project: Project) -> None:
    (project.folder / SETTINGS).unlink()
    (project.folder / SETTINGS).mkdir()
    with pytest.raises(ProjectError, match="cannot be read"):
        open_project(project.folder)


def test_a_byte_order_mark_does_no_harm(project: Project) -> None:
    path = project.folder / SETTINGS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert open_project(project.folder).settings == project.settings


@pytest.mark.parametrize("target", [float("nan"), float("inf")])
def test_settings_that_would_not_read_back_are_refused(project: Project, target: float) -> None:
    before = (project.folder / SETTINGS).read_bytes()
    with pytest.raises(ProjectError, match="cannot be kept"):
        change_task(project, criterion=Criterion(metric="accuracy", target=target))
    with pytest.raises(ProjectError, match="cannot be kept"):
        change_settings(project, project.settings.model_copy(update={"name": "cut \ud83d"}))
    with pytest.raises(ProjectError, match=r"cannot be kept: threshold"):
        change_settings(project, project.settings.model_copy(update={"threshold": 0.0}))
    assert (project.folder / SETTINGS).read_bytes() == before


def test_a_project_with_settings_that_cannot_be_kept_is_not_made(tmp_path: Path) -> None:
    bad = settings_for().model_copy(update={"name": "cut \ud83d"})
    with pytest.raises(ProjectError, match="cannot be kept"):
        create_project(tmp_path / "shop", bad)
    assert not (tmp_path / "shop").exists()


def test_labels_can_be_added(project: Project) -> None:
    changed = change_task(project, labels=("new", *project.task.labels))
    assert changed.task.labels == ("new", "card", "cash", "refund")
    assert open_project(project.folder).task == changed.task


def test_labels_cannot_be_taken_away(project: Project) -> None:
    before = (project.folder / SETTINGS).read_bytes()
    with pytest.raises(ProjectError, match="taken away: card, refund"):
        change_task(project, labels=("cash",))
    fewer = project.settings.model_copy(update={"task": default_task(TaskKind.CLASSIFY)})
    with pytest.raises(ProjectError, match="taken away"):
        change_settings(project, fewer)
    assert (project.folder / SETTINGS).read_bytes() == before


def test_a_label_another_process_added_is_not_taken_away(project: Project) -> None:
    change_task(open_project(project.folder), labels=(*project.task.labels, "gift"))
    changed = change_task(project, instruction="Sort the message.")
    assert changed.task.labels[-1] == "gift"
    with pytest.raises(ProjectError, match="taken away: gift"):
        change_settings(project, project.settings.model_copy(update={"threshold": 0.9}))


def test_a_task_that_makes_no_sense_is_refused_in_words(project: Project) -> None:
    with pytest.raises(ProjectError, match="criterion"):
        change_task(project, criterion={"metric": "accuracy", "target": "high"})
    with pytest.raises(ProjectError, match="colour"):
        change_task(project, colour="blue")


def test_settings_written_by_many_at_once_are_always_whole(project: Project) -> None:
    many = [
        project.settings.model_copy(update={"label_studio_url": letter * 5000 * n})
        for n, letter in enumerate("abcd", 1)
    ]

    def write(settings: Settings) -> None:
        for _ in range(15):
            write_settings(project.folder, settings)

    writers = [threading.Thread(target=write, args=(settings,)) for settings in many]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert open_project(project.folder).settings in (project.settings, *many)
    for writer in writers:
        writer.join()
    assert not list(project.folder.glob("*.tmp"))


@pytest.mark.parametrize("kind", list(TaskKind))
def test_every_kind_of_task_has_a_sensible_default(kind: TaskKind) -> None:
    task = default_task(kind)
    assert task.instruction
    assert 0 < task.criterion.target < 1
    assert default_task(kind, instruction="Mine.").instruction == "Mine."


def test_a_name_no_folder_can_have_is_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 300)
    assert not is_project(folder)
    with pytest.raises(ProjectError, match="cannot be made"):
        create_project(folder, Settings(name="x", task=default_task(TaskKind.CLASSIFY)))


@pytest.mark.parametrize("labels", ['["card", "card"]', '["card", ""]', '["card", "  "]'])
def test_labels_that_cannot_be_told_apart_are_refused(tmp_path: Path, labels: str) -> None:
    task = default_task(TaskKind.CLASSIFY, ("card", "cash"))
    project = create_project(tmp_path / "shop", Settings(name="shop", task=task))
    file = project.folder / "project.toml"
    file.write_text(file.read_text("utf-8").replace('["card", "cash"]', labels), "utf-8")
    with pytest.raises(ProjectError, match="labels must be words"):
        open_project(project.folder)
