"""Columns are the store's examples as they are now, whoever wrote to either meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import columns
from curation.columns import Columns, columns_of
from curation.project import Project
from curation.store import Store
from curation.types import Example, Split, example_id

Make = Callable[..., Example]


def texts(found: Columns) -> list[str]:
    return found.corpus.texts.to_list()


def read(project: Project) -> Columns:
    return columns_of(project.store, project.columns)


def forget() -> None:
    """Be another process."""
    columns._opened.clear()


@pytest.fixture(autouse=True)
def _no_other_process() -> None:
    forget()


def test_the_exam_is_in_no_corpus_and_its_gold_in_no_file(
    project: Project, make_example: Make
) -> None:
    project.store.add_examples(
        [
            make_example("one", reference="card", source="a.csv", line=2, metadata={"n": 1}),
            make_example("two", split=Split.TEST, reference="the answer", line=3),
            make_example("three", split=Split.VALIDATION, group="family"),
        ]
    )
    found = read(project)
    assert texts(found) == ["one", "three"]
    assert found.corpus.metadata.to_list() == ['{"n": 1}', "{}"]
    assert found.facts.rows(named=True)[0] == {
        "seq": 1, "split": "train", "source": "a.csv", "line": 2, "reference": "card",
        "group": "one",
    }  # fmt: skip
    assert found.facts["group"].to_list() == ["one", "family"]
    assert found.exam["text"].to_list() == ["two"]
    assert "reference" not in found.exam.columns
    written = b"".join(file.read_bytes() for file in project.columns.iterdir())
    assert b"the answer" not in written


def test_what_comes_later_is_added_to_the_same_files(project: Project, make_example: Make) -> None:
    project.store.add_examples([make_example("one")])
    first = read(project)
    assert read(project) is first
    project.store.add_examples([make_example("two"), make_example("one")])
    second = read(project)
    assert texts(second) == ["one", "two"]
    assert texts(first) == ["one"]
    assert first.corpus.place is not None
    assert second.corpus.place is not None
    assert first.corpus.place.path == second.corpus.place.path


def test_an_empty_project_has_empty_columns(project: Project) -> None:
    assert texts(read(project)) == []
    assert read(project).facts.height == read(project).exam.height == 0


def test_another_process_maps_what_is_there(project: Project, make_example: Make) -> None:
    project.store.add_examples([make_example("one"), make_example("zwei"), make_example("drei")])
    read(project)
    before = {path.name: path.stat().st_mtime_ns for path in project.columns.glob("*.arrow")}
    code = (
        "import sys; from pathlib import Path; from curation.project import open_project;"
        "from curation.columns import columns_of; p = open_project(Path(sys.argv[1]));"
        "print(*columns_of(p.store, p.columns).corpus.texts)"
    )
    command = [sys.executable, "-c", code, str(project.folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.split() == ["one", "zwei", "drei"]
    after = {path.name: path.stat().st_mtime_ns for path in project.columns.glob("*.arrow")}
    assert after == before


def test_another_database_in_the_same_place_is_read_anew(
    project: Project, make_example: Make
) -> None:
    project.store.add_examples([make_example("one"), make_example("two")])
    read(project)
    other = Store(project.folder / "other.db")
    other.add_examples([make_example("three"), make_example("four"), make_example("five")])
    assert texts(columns_of(other, project.columns)) == ["three", "four", "five"]
    assert texts(read(project)) == ["one", "two"]


@pytest.mark.parametrize("damage", ["delete", "empty", "cut", "garble", "header"])
def test_damaged_files_are_made_again(project: Project, make_example: Make, damage: str) -> None:
    project.store.add_examples([make_example("one"), make_example("two")])
    read(project)
    forget()
    (seen,) = project.columns.glob("seen-*.arrow")
    whole = seen.read_bytes()
    match damage:
        case "delete":
            seen.unlink()
        case "empty":
            seen.write_bytes(b"")
        case "cut":
            seen.write_bytes(whole[:-20])
        case "garble":
            seen.write_bytes(b"\xff" * len(whole))
        case "header":
            (project.columns / columns.HEADER).write_text('{"token": "')
    assert texts(read(project)) == ["one", "two"]


def test_what_a_process_that_was_killed_left_is_written_over(
    project: Project, make_example: Make
) -> None:
    project.store.add_examples([make_example("one")])
    read(project)
    forget()
    for file in project.columns.glob("*.arrow"):
        with file.open("ab") as half:
            half.write(b"\xff\xff\xff\xff\x10\x00\x00\x00half")
    assert texts(read(project)) == ["one"]
    project.store.add_examples([make_example("two")])
    assert texts(read(project)) == ["one", "two"]


def test_many_small_pieces_are_put_together(
    project: Project, make_example: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "MOST_PIECES", 3)
    for number in range(6):
        project.store.add_examples([make_example(f"text {number}")])
        found = read(project)
    assert found.corpus.texts.n_chunks() <= 4
    assert texts(found) == [f"text {number}" for number in range(6)]
    assert len(list(project.columns.glob("seen-*.arrow"))) == 1


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4),
        max_size=4,
    )
)
def test_columns_say_what_the_store_says(
    tmp_path_factory: pytest.TempPathFactory, imports: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    store = Store(folder / "project.db")
    for number, batch in enumerate(imports):
        split = list(Split)[number % 3]
        store.add_examples(
            Example(id=example_id(text), input=text, group="", split=split) for text in batch
        )
        found = columns_of(store, folder / "columns")
        seen = [e for e in store.examples() if e.split is not Split.TEST]
        assert texts(found) == [e.input for e in seen]
        assert list(found.corpus.ids) == [e.id for e in seen]
        assert found.facts["split"].to_list() == [e.split.value for e in seen]
    store.close()
