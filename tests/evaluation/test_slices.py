"""Slices have names, sizes and intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from curation.exceptions import EvaluationError
from evaluation.slices import slice_by

Make = Callable[..., Any]

GOLD = ["card"] * 10 + ["cash"] * 10
ANSWERS = ["card"] * 10 + ["card"] * 6 + ["cash"] * 4


def test_labels_are_slices_the_worst_first(make_rows: Make, make_predictions: Make) -> None:
    worst, best = slice_by("label", make_rows(GOLD), make_predictions(ANSWERS))
    assert (worst.name, worst.n, worst.errors, worst.error_rate) == ("cash", 10, 6, 0.6)
    assert worst.low < 0.6 < worst.high
    assert (best.name, best.error_rate, best.low) == ("card", 0, 0)
    assert best.high > 0.2


@pytest.mark.parametrize(
    ("confidence", "name"),
    [(0.0, "under 0.5"), (0.5, "0.5 to 0.7"), (0.89, "0.7 to 0.9"), (0.9, "0.9 and over")],
)
def test_confidence_buckets_include_their_lower_end(
    confidence: float, name: str, make_rows: Make, make_predictions: Make
) -> None:
    answers = make_predictions(["card"], confidence=confidence)
    assert slice_by("confidence", make_rows(["card"]), answers)[0].name == name


@pytest.mark.parametrize(("n", "name"), [(5, "1 to 5 words"), (6, "6 to 15"), (201, "over 200")])
def test_length_buckets_count_words(
    n: int, name: str, make_rows: Make, make_predictions: Make
) -> None:
    rows = make_rows(["card"], [" ".join(["word"] * n)])
    assert slice_by("length", rows, make_predictions(["card"]))[0].name == name


def test_metadata_are_slices_and_rows_without_the_key_are_named(
    make_rows: Make, make_predictions: Make
) -> None:
    metadata = {"row0000": {"channel": "mail"}, "row0001": {"channel": "chat"}}
    found = slice_by("channel", make_rows(GOLD[:3]), make_predictions(ANSWERS[:3]), metadata)
    assert {part.name for part in found} == {"mail", "chat", "no channel"}


def test_an_unknown_key_is_refused(make_rows: Make, make_predictions: Make) -> None:
    with pytest.raises(EvaluationError, match="No row has a 'chanel'"):
        slice_by("chanel", make_rows(GOLD), make_predictions(ANSWERS), {"row0000": {"channel": 1}})


@pytest.mark.parametrize("by", ["label", "length"])
def test_slices_add_up_to_the_split(by: str, make_rows: Make, make_predictions: Make) -> None:
    found = slice_by(by, make_rows(GOLD), make_predictions(ANSWERS))
    assert sum(part.n for part in found) == 20
    assert sum(part.errors for part in found) == 6
    assert sum(len(part.example_ids) for part in found) == 20
