"""An `extract` project: its functions mark spans, on the page and in the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from curation.exceptions import SpanError, TunesmithError
from curation.project import Project, Settings, create_project, default_task
from curation.spans import read_spans, write_spans
from curation.types import Annotation, Example, Span, Split, TaskKind, Word, example_id
from studio import loop
from studio.cli import app

FUNCTIONS = """from labeling_functions import length, pattern, not_

clock = pattern("clock", "time", r"\\d+ ?[ap]m")
guests = pattern("guests", "people", r"\\d+ people")
order = pattern("order", not_("people"), r"(?<=order )\\d+ people")
"""
TEXTS = {
    "table for 4 people at 8 pm": [("4 people", "people"), ("8 pm", "time")],
    "make it 7pm": [("7pm", "time")],
    "order 66 people counters": [],
}
EXAM = "CANARY 9 people"


def spans_in(text: str, said: list[tuple[str, str]]) -> str:
    return write_spans(
        [
            Span(start=text.index(words), end=text.index(words) + len(words), label=label)
            for words, label in said
        ]
    )


@pytest.fixture
def slots(projects: Path) -> Project:
    task = default_task(TaskKind.EXTRACT).model_copy(update={"labels": ("time", "people")})
    project = create_project(projects / "slots", Settings(name="slots", task=task))
    rows = [
        Example(id=example_id(text), input=text, reference=spans_in(text, said))
        for text, said in TEXTS.items()
    ]
    exam = spans_in(EXAM, [("9 people", "people")])
    rows.append(Example(id=example_id(EXAM), input=EXAM, reference=exam, split=Split.TEST))
    project.store.add_examples(rows)
    (project.functions / "slots.py").write_text(FUNCTIONS, encoding="utf-8")
    return project


def test_marks_are_measured_on_training_gold_and_the_exam_is_not_looked_at(slots: Project) -> None:
    votes = loop.mark(slots)
    assert example_id(EXAM) not in votes.example_ids
    reports = {report.name: report for report in loop.judge_marks(slots, votes)}
    assert (reports["clock"].precision.value, reports["clock"].precision.n) == (1.0, 2)
    assert (reports["guests"].precision.value, reports["guests"].precision.n) == (0.5, 2)
    assert reports["order"].precision.value == 1.0
    found = loop.add_up_marks(slots, votes)
    assert example_id("order 66 people counters") not in found


def test_gold_that_names_no_spans_says_which(slots: Project) -> None:
    text = "make it 7pm"
    slots.store.add_annotations(
        [Annotation(uid="1", example_id=example_id(text), answer="seven", reviewer="mia")]
    )
    with pytest.raises(SpanError, match="no list of spans"):
        loop.span_gold(slots)


def test_unsaved_functions_are_tried(slots: Project) -> None:
    votes = loop.try_marks(slots, 'late = pattern("late", "time", "7pm")')
    assert [function.name for function in votes.functions] == ["late"]
    assert len(votes.marks) == 1


def test_the_page_shows_the_functions_and_what_is_wrong_with_one(
    slots: Project, open_page: Callable[..., AppTest]
) -> None:
    path = slots.functions / "short.py"
    path.write_text(
        'from labeling_functions import lengths\nshort = lengths("short", "time", at_most=3)\n',
        encoding="utf-8",
    )
    page = open_page("Functions", project="slots")
    assert not page.exception
    shown = page.dataframe[0].value
    assert list(shown["function"]) == ["clock", "guests", "order"]
    assert list(shown["marks"]) == ["time", "people", "not people"]
    assert "cannot say where it matched" in " ".join(block.value for block in page.code)
    assert "CANARY" not in str(page)


def test_the_terminal_says_the_same(slots: Project) -> None:
    result = CliRunner().invoke(app, ["vote", "--project", str(slots.folder), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["with_spans"] == 2
    assert {f["name"]: f["precision"] for f in told["functions"]} == {
        "clock": 1.0,
        "guests": 0.5,
        "order": 1.0,
    }
    spans = told["spans"][example_id("make it 7pm")]
    assert [(s["start"], s["end"], s["label"]) for s in spans] == [(8, 11, "time")]


def test_gold_of_the_file_reads_back(slots: Project) -> None:
    for text, said in TEXTS.items():
        assert len(read_spans(spans_in(text, said), text, slots.task.labels)) == len(said)


def test_marks_become_answers_of_a_dataset(slots: Project) -> None:
    text = "see you 9pm"
    slots.store.add_examples([Example(id=example_id(text), input=text)])
    matrix, probable = loop.opinions(slots)
    assert matrix is None
    resolved = loop.resolve_all(slots, matrix, probable).resolutions
    assert resolved[example_id(text)].word is Word.VOTES
    (span,) = read_spans(resolved[example_id(text)].answer, text, slots.task.labels)
    assert text[span.start : span.end] == "9pm"
    assert resolved[example_id("make it 7pm")].word is Word.GOLD


@pytest.mark.parametrize("title", ["Home", "Data", "Review", "Dataset"])
def test_the_other_pages_open_too(
    slots: Project, open_page: Callable[..., AppTest], title: str
) -> None:
    page = open_page(title, project="slots")
    assert not page.exception


@pytest.mark.parametrize("command", [["dataset", "--plan"], ["examples"], ["functions", "list"]])
def test_the_terminal_says_what_it_can_or_why_not(slots: Project, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--project", str(slots.folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit | TunesmithError)
