"""Cached reads are never those of another project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from curation.project import Project, Settings, change_settings, create_project, default_task
from curation.types import Annotation, TaskKind
from studio import loop, queries


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def shop_with(folder: Path, text: str) -> Project:
    task = default_task(TaskKind.CLASSIFY, ("card", "cash"))
    project = create_project(folder / "shop", Settings(name="shop", task=task))
    file = folder / "messages.csv"
    file.write_text(f"text,label,split\n{text},card,train\n", "utf-8")
    loop.import_file(project, file)
    return project


def test_a_project_made_anew_in_the_same_place_shows_its_own_examples(tmp_path: Path) -> None:
    first = shop_with(tmp_path, "the old text")
    revision = first.store.revision()
    assert [e.input for e in queries.examples(first)] == ["the old text"]
    assert len(queries.gold(first)) == 1
    first.store.close()
    shutil.rmtree(first.folder)

    second = shop_with(tmp_path, "the new text")
    assert second.store.revision() == revision
    (example,) = queries.examples(second)
    assert example.input == "the new text"
    assert set(queries.gold(second)) == {example.id}


def test_answers_of_others_are_hidden_until_the_reader_has_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shop_with(tmp_path, "a text")
    (id_,) = (example.id for example in queries.examples(project))
    said = Annotation(uid="ben", example_id=id_, answer="cash", reviewer="ben")
    loop.answer(project, [said])
    monkeypatch.setattr(queries.state, "reviewer", lambda: "eva")
    assert queries.hidden_answers(project, [id_]) == set()
    review = project.settings.review.model_copy(update={"people": 2})
    twice = change_settings(project, project.settings.model_copy(update={"review": review}))
    assert queries.hidden_answers(twice, [id_]) == {id_}
    loop.answer(twice, [said.model_copy(update={"uid": "eva", "reviewer": "eva"})])
    assert queries.hidden_answers(twice, [id_]) == set()
    project.store.close()
