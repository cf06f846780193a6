"""Gold spans in the shapes data sets have: read, or left alone; a wrong one names its row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.importers.mapping import ColumnMapping, to_examples
from curation.importers.rows import BadRow, RawRow
from curation.importers.span_values import spans_in
from curation.project import Settings, create_project, default_task
from curation.spans import read_spans, write_spans
from curation.types import Example, Span, TaskKind
from studio import loop

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "restaurant8k" / "train_0.json"
LABELS = ("people", "time", "date", "first_name", "last_name")
TASK = default_task(TaskKind.EXTRACT).model_copy(update={"labels": ("time", "city")})
ONE = [Span(start=3, end=6, label="time")]


@pytest.mark.parametrize(
    "cell",
    [
        [{"start": 3, "end": 6, "label": "time"}],
        [{"slot": "time", "valueSpan": {"startIndex": 3, "endIndex": 6}}],
        [{"value": {"start": 3, "end": 6, "labels": ["time"]}, "type": "labels"}],
        [{"start_offset": 3, "end_offset": 6, "label": "time", "text": "8pm"}],
        [[3, 6, "time"]],
        {"entities": [[3, 6, "time"]]},
        '[{"start": 3, "end": 6, "label": "time"}]',
        '[[3, 6, "time"]]',
    ],
)
def test_every_usual_shape_is_read(cell: object) -> None:
    assert spans_in(cell) == ONE


@pytest.mark.parametrize(
    "cell",
    [
        "two people at seven",
        "7",
        {"start": 3},
        [{"slot": "time", "start": 3}],
        [{"end": 3, "label": "time"}],
        [[3, "6", "time"]],
        [[-3, 6, "time"]],
        [[True, 6, "time"]],
        [[3, 6, "time"], None],
        [{"start": 3, "end": 6, "labels": ["time", "date"]}],
    ],
)
def test_what_is_no_list_of_spans_is_left_alone(cell: object) -> None:
    assert spans_in(cell) is None


def test_that_there_are_none_is_gold_too() -> None:
    assert spans_in([]) == spans_in("[]") == []


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["start", "end", "label", "value", "entities", "valueSpan"]), x
            )
        ),
    )
)
def test_no_cell_breaks_the_reading(cell: object) -> None:
    spans = spans_in(cell)
    assert spans is None or all(isinstance(span, Span) for span in spans)


def converted(cell: object) -> Example | BadRow:
    rows = [RawRow(7, {"text": "at 8pm", "labels": cell})]
    mapping = ColumnMapping("text", "labels")
    (made,) = to_examples(rows, mapping, task=TASK, source="f", seed=1, shares=(0.8, 0.1, 0.1))
    return made


def test_the_reference_is_written_as_answers_are() -> None:
    made = converted([[3, 6, "time"]])
    assert isinstance(made, Example)
    assert made.reference == write_spans(ONE)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ([[3, 9, "time"]], "does not lie in 6 characters"),
        ([[3, 6, "hour"]], "There is no label called 'hour'"),
    ],
)
def test_gold_that_fits_no_text_or_task_is_refused_with_its_row(cell: object, why: str) -> None:
    made = converted(cell)
    assert isinstance(made, BadRow)
    assert made.line == 7
    assert why in made.reason


@pytest.mark.skipif(not SHARED.exists(), reason="the restaurant8k set is not on this machine")
def test_restaurant8k_comes_in_with_all_its_spans(tmp_path: Path) -> None:
    task = TASK.model_copy(update={"labels": LABELS})
    project = create_project(tmp_path / "slots", Settings(name="slots", task=task))
    report = loop.import_file(project, SHARED)
    assert (report.added + report.known, report.rejected) == (8_198, ())
    gold: dict[str, list[set[tuple[int, int, str]]]] = {}
    for turn in json.loads(SHARED.read_bytes()):
        labels = [(label["valueSpan"], label["slot"]) for label in turn.get("labels", ())]
        spans = {(place.get("startIndex", 0), place["endIndex"], slot) for place, slot in labels}
        gold.setdefault(turn["userInput"]["text"], []).append(spans)
    compared = 0
    for example in project.store.examples():
        if example.reference is not None:
            kept = read_spans(example.reference, example.input, LABELS)
            assert {(s.start, s.end, s.label) for s in kept} in gold[example.input]
            compared += 1
    assert compared > 5_000
