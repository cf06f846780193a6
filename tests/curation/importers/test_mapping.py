from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.importers.mapping import LONGEST_TEXT, ColumnMapping, guess_mapping, to_examples
from curation.importers.rows import BadRow, RawRow, Row, columns_of
from curation.importers.values import is_missing, json_safe
from curation.splits import group_of
from curation.types import Criterion, Example, Split, Task, TaskKind, example_id

CRITERION = Criterion(metric="f1", target=0.8)
LABELS = ("returns", "billing", "Store hours")


def task(kind: TaskKind = TaskKind.CLASSIFY, labels: tuple[str, ...] = LABELS) -> Task:
    return Task(kind=kind, instruction="Do it.", labels=labels, criterion=CRITERION)


def convert(
    rows: Iterable[Row], mapping: ColumnMapping, given: Task | None = None
) -> list[Example | BadRow]:
    wanted = given or task()
    shares = (0.7, 0.15, 0.15)
    return list(to_examples(rows, mapping, task=wanted, source="f.csv", seed=13, shares=shares))


def one(fields: dict[str, Any], mapping: ColumnMapping, given: Task | None = None) -> Example:
    (example,) = convert([RawRow(7, fields)], mapping, given)
    assert isinstance(example, Example)
    return example


def refused(fields: dict[str, Any], mapping: ColumnMapping, given: Task | None = None) -> str:
    (row,) = convert([RawRow(7, fields)], mapping, given)
    assert isinstance(row, BadRow)
    assert row.line == 7
    return row.reason


FULL = ColumnMapping("text", reference="label", split="split", group="thread")


def test_an_example_carries_all_that_the_row_says() -> None:
    fields = {"text": " Hi ", "label": "billing ", "split": "DEV", "thread": 9, "at": "noon"}
    assert one(fields, FULL) == Example(
        id=example_id(" Hi "),
        input=" Hi ",
        reference="billing",
        source="f.csv",
        line=7,
        group="9",
        split=Split.VALIDATION,
        metadata={"at": "noon"},
    )


@pytest.mark.parametrize(
    ("value", "split"),
    [
        ("train", Split.TRAIN),
        ("Training", Split.TRAIN),
        ("valid", Split.VALIDATION),
        ("validation", Split.VALIDATION),
        ("dev", Split.VALIDATION),
        (" VAL ", Split.VALIDATION),
        ("test", Split.TEST),
        ("exam", Split.TEST),
        ("Eval", Split.TEST),
    ],
)
def test_splits_have_several_names(value: str, split: Split) -> None:
    assert one({"text": "a", "split": value}, ColumnMapping("text", split="split")).split is split


def test_another_split_is_a_bad_row() -> None:
    assert "'holdout' is no split" in refused({"text": "a", "split": "holdout"}, FULL)


@pytest.mark.parametrize("empty", ["", "  ", None, float("nan"), np.nan])
def test_empty_cells_mean_no_label_a_drawn_split_and_a_family_of_its_own(empty: Any) -> None:
    example = one({"text": "a b", "label": empty, "split": empty, "thread": empty}, FULL)
    assert example.reference is None
    assert example.group == group_of("a b")
    assert example.split is one({"text": "A  b!"}, ColumnMapping("text")).split


@pytest.mark.parametrize("empty", ["", " \n", None, float("nan")])
def test_an_empty_text_is_a_bad_row(empty: Any) -> None:
    assert "empty" in refused({"text": empty}, FULL)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"txt": "a", "label": "b"}, "No field 'text'; there is txt, label"),
        ({"text": 5}, "holds a int"),
        ({"text": {"a": "b"}}, "holds a dict"),
        ({"text": "a", "label": ["x"]}, "label is a list"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "1,000,001 characters"),
    ],
)
def test_a_row_without_a_usable_cell_is_a_bad_row(fields: dict[str, Any], reason: str) -> None:
    assert reason in refused(fields, FULL)


def test_the_longest_text_is_accepted() -> None:
    assert len(one({"text": "x" * LONGEST_TEXT}, FULL).input) == LONGEST_TEXT


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("biling", "Did you mean billing?"),
        ("RETURNS", "Did you mean returns?"),
        ("store hours", "Did you mean Store hours?"),
        ("zzz", "There is: returns, billing, Store hours."),
    ],
)
def test_an_unknown_label_is_answered_with_the_near_ones(label: str, hint: str) -> None:
    assert refused({"text": "a", "label": label}, FULL).endswith(hint)


def test_without_labels_in_the_task_any_is_accepted() -> None:
    assert one({"text": "a", "label": 3}, FULL, task(labels=())).reference == "3"


def test_other_kinds_keep_the_reference_as_it_is() -> None:
    assert one({"text": "a", "label": " b "}, FULL, task(TaskKind.GENERATE)).reference == " b "
    spans = [{"slot": "people", "start": 3}]
    reference = one({"text": "a", "label": spans}, FULL, task(TaskKind.EXTRACT)).reference
    assert reference is not None
    assert json.loads(reference) == spans


def test_bad_rows_pass_through_in_order() -> None:
    rows: list[Row] = [BadRow(1, "torn"), RawRow(2, {"text": "a"}), RawRow(3, {"text": ""})]
    kinds = [(type(row), row.line) for row in convert(rows, ColumnMapping("text"))]
    assert kinds == [(BadRow, 1), (Example, 2), (BadRow, 3)]


def test_metadata_is_chosen_or_all_that_is_left() -> None:
    fields = {"text": "a", "x": 1, "y": {"z": 2}, "none": {}}
    assert one(fields, ColumnMapping("text")).metadata == {"x": 1, "y": {"z": 2}, "none": {}}
    assert one(fields, ColumnMapping("text", metadata=("y.z",))).metadata == {"y.z": 2}
    assert one(fields, ColumnMapping("text", metadata=())).metadata == {}


def test_a_used_part_of_an_object_is_not_kept_twice() -> None:
    fields = {"user": {"text": "a", "lang": "en"}, "only": {"label": "billing"}}
    mapping = ColumnMapping("user.text", reference="only.label")
    example = one(fields, mapping)
    assert (example.input, example.reference) == ("a", "billing")
    assert example.metadata == {"user": {"lang": "en"}}


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
        (date(2026, 3, 1), "2026-03-01"),
        (time(9, 30), "09:30:00"),
        (timedelta(minutes=2), 120.0),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
        (np.datetime64("2026-03-01"), "2026-03-01"),
        (float("inf"), None),
        (Decimal("1.10"), "1.10"),
        (b"\xff", "/w=="),
        ({1: (2, {3})}, {"1": [2, [3]]}),
    ],
)
def test_metadata_is_what_json_can_hold(value: Any, safe: Any) -> None:
    metadata = one({"text": "a", "value": value}, ColumnMapping("text")).metadata
    assert metadata == {"value": safe}
    json.dumps(metadata, allow_nan=False)


@settings(max_examples=50)
@given(st.recursive(st.none() | st.floats() | st.text() | st.dates(), st.lists, max_leaves=5))
def test_whatever_a_cell_holds_can_be_written_as_json(value: Any) -> None:
    json.dumps(json_safe(value), allow_nan=False)
    assert is_missing(value) in (True, False)


@pytest.mark.parametrize(
    ("columns", "kind", "expected"),
    [
        ("text label", TaskKind.CLASSIFY, ("text", "label", None, None)),
        ("id Message Category", TaskKind.CLASSIFY, ("Message", "Category", None, None)),
        ("label data.text", TaskKind.CLASSIFY, ("data.text", "label", None, None)),
        ("text intent label", TaskKind.CLASSIFY, ("text", "label", None, None)),
        ("title original_text reference_summary", TaskKind.GENERATE, (1, 2, None, None)),
        ("prompt response", TaskKind.GENERATE, ("prompt", "response", None, None)),
        ("userInput.text labels", TaskKind.EXTRACT, ("userInput.text", "labels", None, None)),
        ("input output group", TaskKind.GENERATE, ("input", "output", None, "group")),
        ("text summary topic", TaskKind.CLASSIFY, ("text", "topic", None, None)),
        ("text summary topic", TaskKind.GENERATE, ("text", "summary", None, None)),
    ],
)
def test_columns_are_known_by_their_usual_names(
    columns: str, kind: TaskKind, expected: tuple[str | int | None, ...]
) -> None:
    names = tuple(columns.split())
    wanted = tuple(names[part] if isinstance(part, int) else part for part in expected)
    assert guess_mapping(names, (), kind) == ColumnMapping(*wanted)  # type: ignore[arg-type]


def test_a_split_column_is_one_that_names_splits() -> None:
    for value, expected in [("test", "split"), ("", "split"), ("banana", None)]:
        rows = (RawRow(2, {"text": "a", "split": value}),)
        assert guess_mapping(columns_of(rows), rows, TaskKind.CLASSIFY).split == expected


def test_unnamed_text_is_the_column_with_most_characters() -> None:
    rows = (RawRow(2, {"a": "x", "b": "a long one", "c": 5}),)
    assert guess_mapping(columns_of(rows), rows, TaskKind.CLASSIFY).text == "b"
    assert guess_mapping((), (), TaskKind.CLASSIFY).text == "text"
