"""The checks: each finds what it is for, and says nothing when all is well."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.checks import CHECKS, Rows, run_checks
from curation.checks.balance import FEW, balance
from curation.checks.exam_size import ENOUGH, exam_size
from curation.checks.overlap import overlap, overlapping
from curation.project import default_task
from curation.types import DatasetRow, Message, Split, TaskKind, Word

TASK = default_task(TaskKind.CLASSIFY, ("card", "cash"))
GENERATE = default_task(TaskKind.GENERATE)


def row(text: str, answer: str = "card") -> DatasetRow:
    return DatasetRow(
        id=f"id of {text}",
        messages=(Message(role="user", content=text), Message(role="assistant", content=answer)),
        answer=answer,
        word=Word.GOLD,
        confidence=1,
        input=text,
    )


def rows(
    train: Iterable[str] = (), validation: Iterable[str] = (), test: Iterable[str] = ()
) -> dict[Split, list[DatasetRow]]:
    sides = zip(Split, (train, validation, test), strict=True)
    return {split: [row(text) for text in texts] for split, texts in sides}


# Overlap


@pytest.mark.parametrize("side", ["validation", "test"])
@pytest.mark.parametrize(
    "again",
    ["Where is my card", "where is MY card", "Where is  my\ncard?!", "my card is where"],
)
def test_a_training_row_that_says_the_same_as_a_held_out_row_is_refused(
    side: str, again: str
) -> None:
    both = rows(train=[again, "something else"], **{side: ["where is my card"]})
    (found,) = overlap(TASK, both)
    assert found.severity == "refuse"
    assert found.example_ids == (f"id of {again}",)
    assert found.message.startswith("1 training rows")


def test_numbers_do_not_tell_texts_apart() -> None:
    assert overlapping(rows(train=["order 17 is late"], test=["Order 992 is late."]))


def test_rows_of_one_side_may_repeat_each_other() -> None:
    same = ["Where is my card?", "where is my card"]
    assert overlapping(rows(train=same, test=["another question"])) == ()
    assert overlapping(rows(train=["a thing"], validation=same, test=same)) == ()


@given(st.lists(st.text(min_size=1), max_size=8), st.lists(st.text(min_size=1), max_size=4))
def test_leaving_the_overlapping_rows_out_leaves_no_overlap(
    train: list[str], test: list[str]
) -> None:
    before = rows(train=train, test=test)
    found = set(overlapping(before))
    assert {f"id of {text}" for text in set(train) & set(test)} <= found
    kept = [row for row in before[Split.TRAIN] if row.id not in found]
    assert overlapping({**before, Split.TRAIN: kept}) == ()


# Balance


def test_labels_hardly_seen_in_training_are_named_with_their_counts() -> None:
    some: Rows = {Split.TRAIN: [row(f"text {n}") for n in range(FEW)] + [row("x", "cash")]}
    (found,) = balance(TASK, some)
    assert found.severity == "warning"
    assert "cash (1)" in found.message
    assert "card" not in found.message


def test_enough_of_every_label_is_well() -> None:
    some = [row(f"{label} {n}", label) for label in TASK.labels for n in range(FEW)]
    assert list(balance(TASK, {Split.TRAIN: some})) == []
    assert list(balance(GENERATE, {})) == []


# Exam size


def test_small_held_out_splits_are_named() -> None:
    found = list(exam_size(TASK, rows(validation=["a"] * 3, test=["b"] * (ENOUGH - 1))))
    assert [check.severity for check in found] == ["warning", "warning"]
    assert "Only 3 validation rows" in found[0].message
    assert f"Only {ENOUGH - 1} test rows" in found[1].message


def test_large_held_out_splits_are_well() -> None:
    assert list(exam_size(TASK, rows(validation=["a"] * ENOUGH, test=["b"] * ENOUGH))) == []


# All of them


@pytest.mark.parametrize("name", list(CHECKS))
@pytest.mark.parametrize("task", [TASK, GENERATE])
def test_every_check_takes_an_empty_dataset_and_signs_its_name(name: str, task: object) -> None:
    for some in ({}, rows(), rows(train=["a"], validation=["a"], test=["a"])):
        for found in CHECKS[name](task, some):
            assert found.check == name
            assert found.message


def test_all_checks_are_run() -> None:
    found = run_checks(TASK, rows(train=["a"], test=["a"]))
    assert {check.check for check in found} == set(CHECKS)
