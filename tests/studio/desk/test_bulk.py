"""Bulk, where there is nothing to answer in bulk: it says why, and what would change that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project
from curation.types import Annotation, Example, Split
from studio import jobs, loop
from studio.components.decisions import Decision
from studio.components.sheet import Accepted
from studio.desk import bulk

Open = Callable[..., AppTest]


def test_a_task_that_writes_texts_has_no_pages(open_page: Open, written: Project) -> None:
    assert written.task.labels == ()
    app = open_page("Review", view="bulk")
    assert [info.value for info in app.info] == [
        "Here a page of similar texts gets a label at once. This project gives no labels."
    ]
    assert not app.exception


def test_without_functions_or_a_model_it_offers_to_fit_one(
    open_page: Open, retail: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in retail.functions.glob("*.py"):
        file.unlink()
    started: list[str] = []
    monkeypatch.setattr(jobs, "start_refit", lambda project: started.append(project.settings.name))
    app = open_page("Review", view="bulk")
    (button,) = [button for button in app.button if button.label == "Fit the quick model"]
    assert not app.get("bidi_component")
    button.click().run()
    assert started == [retail.settings.name]


def test_a_failed_fit_says_why(open_page: Open, retail: Project) -> None:
    for file in retail.functions.glob("*.py"):
        file.unlink()
    folder = loop.quick_folder(retail)
    folder.mkdir()
    (folder / "log").write_text("Traceback\nThe embedding model does not load.\n", "utf-8")
    app = open_page("Review", view="bulk")
    assert [warning.value for warning in app.warning] == ["The embedding model does not load."]


def test_a_page_is_stored_once_each_row_with_its_batch(
    project: Project, make_example: Callable[..., Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = [make_example(f"text {n}", split=Split.TRAIN) for n in range(3)]
    project.store.add_examples(examples)
    acked: list[str] = []
    monkeypatch.setattr(bulk.state, "acknowledge", acked.extend)
    asked = {"mode": "bulk", "drawn": "bulk", "shown": "card"}
    made = [
        Accepted(Decision("u0", examples[0].id, "answer", "card", **asked), "bulk-1"),  # type: ignore[arg-type]
        Accepted(Decision("u1", examples[1].id, "refuse", "card", **asked), "bulk-1"),  # type: ignore[arg-type]
    ]
    bulk._store(project, made, "mia")
    bulk._store(project, made, "mia")  # the browser tells it again until it hears that it is kept
    words = project.store.annotations()
    assert [(w.action, w.answer, w.shown, w.batch) for w in words] == [
        ("answer", "card", "card", "bulk-1"),
        ("refuse", "card", "card", "bulk-1"),
    ]
    assert acked == ["u0", "u1"] * 2
    (done,) = loop.recent_batches(project)
    assert (done.label, done.who, done.size, done.standing) == ("card", "mia", 2, 2)
    loop.undo_batch(project, done.id)
    after: tuple[Annotation, ...] = project.store.annotations()
    assert [word.action for word in after[2:]] == ["undo", "undo"]


def test_an_old_page_changes_nothing_its_reader_said_one_by_one_since(
    project: Project, make_example: Callable[..., Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = [make_example(f"text {n}", split=Split.TRAIN) for n in range(2)]
    project.store.add_examples(examples)
    acked: list[str] = []
    monkeypatch.setattr(bulk.state, "acknowledge", acked.extend)
    own = Annotation(uid="own", example_id=examples[0].id, answer="cash", reviewer="mia")
    loop.answer(project, [own])
    page = [
        Accepted(Decision(f"u{n}", example.id, "answer", "card", mode="bulk"), "bulk-1")
        for n, example in enumerate(examples)
    ]
    bulk._store(project, page, "mia")
    standing = loop.said_in(project).standing
    assert [standing[example.id][0].answer for example in examples] == ["cash", "card"]
    undone = [
        Accepted(Decision(f"back{n}", example.id, "undo"), "bulk-1")
        for n, example in enumerate(examples)
    ]
    bulk._store(project, undone, "mia")
    standing = loop.said_in(project).standing
    assert [said.uid for said in standing[examples[0].id]] == ["own"]
    assert not standing[examples[1].id]
    assert acked == ["u0", "u1", "back0", "back1"]
