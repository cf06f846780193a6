"""The story of an example with spans: marked in its text, told in words, held back in the exam."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project, Settings, create_project, default_task
from curation.spans import write_spans
from curation.types import Annotation, Example, Span, Split, TaskKind, example_id, fingerprint
from studio.components.palette import color_of
from studio.stations.browsing import Filter, Part, as_line

LABELS = ("people", "time")
TEXT, EXAM = "a table for 4 at 8pm", "SECRET 9 people"
GOLD = (Span(start=17, end=20, label="time"),)
MARKED = (Span(start=12, end=13, label="people"), *GOLD)


@pytest.fixture
def slots(projects: Path) -> Project:
    task = default_task(TaskKind.EXTRACT).model_copy(update={"labels": LABELS})
    project = create_project(projects / "slots", Settings(name="slots", task=task))
    nine = write_spans([Span(start=7, end=8, label="people")])
    exam = Example(id=example_id(EXAM), input=EXAM, reference=nine, split=Split.TEST)
    row = Example(id=example_id(TEXT), input=TEXT, reference=write_spans(GOLD))
    project.store.add_examples([row, exam])
    return project


def story(open_page: Callable[..., AppTest], text: str) -> AppTest:
    line = as_line(Filter(parts=(Part(kind="ids", values=(example_id(text),)),)))
    app = open_page("Home", project="slots")
    app.query_params["filter"] = line
    app.switch_page("studio/pages/data.py").run()
    key = fingerprint(f"arrival {line}", "1", length=8)
    app.session_state[f"examples_{key}"] = {"selection": {"rows": [0]}}
    app.run()
    assert not app.exception
    return app


def marks(app: AppTest) -> list[tuple[int, int, str, str]]:
    data = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    (row,) = next(given["rows"] for given in data if "rows" in given)
    assert row["gold"] is None
    return [(mark["start"], mark["end"], mark["label"], mark["color"]) for mark in row["marks"]]


def texts(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def test_gold_is_marked_until_a_person_says_more(
    slots: Project, open_page: Callable[..., AppTest]
) -> None:
    green = color_of(LABELS, "time")
    assert marks(story(open_page, TEXT)) == [(17, 20, "time", green)]
    answer = write_spans(MARKED)
    said = Annotation(
        uid="1", example_id=example_id(TEXT), answer=answer, spans=MARKED, reviewer="mia"
    )
    slots.store.add_annotations([said])
    app = story(open_page, TEXT)
    assert marks(app) == [(12, 13, "people", color_of(LABELS, "people")), (17, 20, "time", green)]
    assert "people: 4; time: 8pm" in texts(app)
    assert "start" not in texts(app)


def test_the_exam_keeps_its_spans(slots: Project, open_page: Callable[..., AppTest]) -> None:
    answer = write_spans([Span(start=7, end=8, label="people")])
    said = Annotation(uid="1", example_id=example_id(EXAM), answer=answer, reviewer="mia")
    slots.store.add_annotations([said])
    app = story(open_page, EXAM)
    assert marks(app) == []
    assert "people: 9" not in texts(app)
    assert '"start":7' not in texts(app)


def test_gold_of_another_form_is_told_as_it_is(
    slots: Project, open_page: Callable[..., AppTest]
) -> None:
    odd = Example(id=example_id("at noon"), input="at noon", reference="noon")
    slots.store.add_examples([odd])
    assert marks(story(open_page, "at noon")) == []
