"""Two runs on the same rows: counted in pairs, tested in pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from curation.exceptions import EvaluationError
from evaluation.comparison import compare

Make = Callable[..., Any]


def runs(make_predictions: Make, only_a: int, only_b: int, both: int, neither: int) -> Any:
    n = only_a + only_b + both + neither
    first = ["card"] * only_a + ["cash"] * only_b + ["card"] * both + ["cash"] * neither
    second = ["cash"] * only_a + ["card"] * only_b + ["card"] * both + ["cash"] * neither
    return make_predictions(first), make_predictions(second), n


@pytest.mark.parametrize(
    ("only_a", "only_b", "verdict"),
    [(30, 8, "better"), (8, 30, "worse"), (12, 10, "cannot tell"), (0, 0, "cannot tell")],
)
def test_the_verdict_follows_the_discordant_rows(
    only_a: int, only_b: int, verdict: str, make_rows: Make, make_predictions: Make
) -> None:
    a, b, n = runs(make_predictions, only_a, only_b, 100, 20)
    found = compare(a, b, make_rows(["card"] * n))
    assert (found.only_a, found.only_b, found.both, found.neither) == (only_a, only_b, 100, 20)
    assert found.verdict == verdict
    assert found.difference == pytest.approx((only_a - only_b) / n)
    assert found.low <= found.difference <= found.high
    assert found.sentence.startswith(verdict.capitalize())


def test_swapping_the_runs_turns_everything_round(make_rows: Make, make_predictions: Make) -> None:
    a, b, n = runs(make_predictions, 21, 7, 50, 10)
    there, back = compare(a, b, make_rows(["card"] * n)), compare(b, a, make_rows(["card"] * n))
    assert there.p_value == back.p_value
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_what_could_have_been_seen_is_told(make_rows: Make, make_predictions: Make) -> None:
    a, b, n = runs(make_predictions, 63, 62, 400, 101)
    found = compare(a, b, make_rows(["card"] * n))
    assert n == 626
    assert found.detectable == pytest.approx(0.05, abs=0.001)
    assert "would show a difference of 0.050" in found.sentence


def test_no_rows_are_no_comparison() -> None:
    found = compare([], [], [])
    assert (found.difference, found.verdict) == (None, "cannot tell")
    assert found.sentence == "Cannot tell: there are no rows."


def test_other_rows_are_refused(make_rows: Make, make_predictions: Make) -> None:
    with pytest.raises(EvaluationError, match="not asked"):
        compare(make_predictions(["card"]), make_predictions(["card"] * 2), make_rows(["card"]))


def test_a_gain_of_five_points_is_found_four_times_in_five(
    make_rows: Make, make_predictions: Make
) -> None:
    rows, found = make_rows(["card"] * 300), 0
    chances = [0.075, 0.025, 0.75, 0.15]
    for counts in np.random.default_rng(6).multinomial(300, chances, size=60):
        a, b, _ = runs(make_predictions, *map(int, counts))
        found += compare(a, b, rows).verdict == "better"
    assert 0.65 < found / 60 < 0.95
