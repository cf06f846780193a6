"""Calibration error by hand and by simulation, and the bins of a reliability plot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from curation.types import TaskKind
from evaluation.calibration import bin_of, bins_for, reliability
from evaluation.metrics import METRICS
from evaluation.metrics.ece import Ece

Make = Callable[..., Any]


def sheet_of(make_sheet: Make, sure: Any, right: Any) -> Any:
    answers = ["card" if hit else "cash" for hit in right]
    sheet = make_sheet(["card"] * len(answers), answers)
    told = (
        one.model_copy(update={"confidence": float(confidence)})
        for one, confidence in zip(sheet.predictions, sure, strict=True)
    )
    return replace(sheet, predictions=tuple(told))


def test_the_error_of_two_bins_by_hand(make_sheet: Make) -> None:
    sure = [0.6] * 30 + [0.9] * 30
    right = [True] * 15 + [False] * 15 + [True] * 30
    score = METRICS["ece"]().scores(sheet_of(make_sheet, sure, right))[0]
    assert score.value == pytest.approx((30 * 0.1 + 30 * 0.1) / 60)
    assert score.note.startswith(
        "2 bins of equal mass; perfectly calibrated answers would show 0.0"
    )


def test_it_is_the_plain_formula_on_equal_mass_bins(make_sheet: Make) -> None:
    generator = np.random.default_rng(3)
    sure = generator.uniform(0.3, 1, 300)
    right = generator.random(300) < sure**2
    score = METRICS["ece"]().scores(sheet_of(make_sheet, sure, right))[0]
    parts = np.array_split(np.argsort(sure), 10)
    expected = sum(abs(sure[part].mean() - right[part].mean()) * len(part) for part in parts) / 300
    assert score.value == pytest.approx(expected)


@pytest.mark.parametrize(("n", "bins"), [(1, 1), (59, 1), (60, 2), (300, 10), (10_000, 15)])
def test_bins_hold_enough_rows(n: int, bins: int) -> None:
    assert bins_for(n) == bins


def test_equal_confidences_share_a_bin() -> None:
    assert set(bin_of(np.array([0.5] * 40 + [1.0] * 50), 3)[40:]) == {2}
    assert len(set(bin_of(np.ones(90), 3))) == 1


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_its_interval_covers_the_truth(gap: float) -> None:
    generator, covered = np.random.default_rng(7), 0
    for _ in range(120):
        sure = generator.uniform(0.4, 1, 150)
        right = (generator.random(150) < sure - gap).astype(float)
        metric = Ece()
        metric.replicates = 300
        metric.rows = metric.statistics(predictions=sure, references=right)
        value = metric.values(metric.rows.sum(axis=0, keepdims=True))[0]
        (low, high) = metric.intervals(metric.rows, value)[0]
        assert low <= value[0] <= high
        covered += low <= gap <= high
    assert covered / 120 >= 0.92


def test_answers_without_confidence_are_counted(make_sheet: Make) -> None:
    sheet = make_sheet(["card", "cash"], ["card", "card"])
    score = METRICS["ece"]().scores(sheet)[0]
    assert score.undefined == "because 2 of 2 answers carry no confidence"
    assert reliability(sheet) == ()
    assert reliability(make_sheet(["a b"], ["a b"], TaskKind.GENERATE)) == ()
    assert reliability(make_sheet([], [])) == ()


def test_the_bins_of_a_plot_are_those_of_the_error(make_sheet: Make) -> None:
    generator = np.random.default_rng(4)
    sure = generator.uniform(0.3, 1, 200)
    right = generator.random(200) < sure
    sheet = sheet_of(make_sheet, sure, right)
    bins = reliability(sheet)
    assert len(bins) == 6
    assert sum(one.n for one in bins) == 200
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    gaps = sum(abs(one.confidence - one.accuracy.value) * one.n for one in bins) / 200
    assert METRICS["ece"]().scores(sheet)[0].value == pytest.approx(gaps)
    for one in bins:
        assert one.accuracy.low <= one.accuracy.value <= one.accuracy.high
