"""Verdicts say what was reached, how surely, and whether the gain matters."""

from __future__ import annotations

from typing import Any

import pytest

from curation.types import Criterion, Difference, Score
from evaluation.verdict import cautions, in_words, judge

CRITERION = Criterion(metric="accuracy", target=0.8, minimum_gain=0.05)


def score(value: float | None, low: float = 0, high: float = 1, **fields: Any) -> Score:
    return Score(metric="accuracy", value=value, low=low, high=high, n=200, **fields)


def gain(value: float | None, low: float = -1, high: float = 1, **fields: Any) -> Difference:
    return Difference(
        against="base model", metric="accuracy", value=value, low=low, high=high, n=200, **fields
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "met", "certainty"),
    [
        (0.9, 0.85, 0.93, True, "the interval excludes the target"),
        (0.82, 0.75, 0.87, True, "the interval includes the target"),
        (0.78, 0.72, 0.83, False, "the interval includes the target"),
        (0.6, 0.5, 0.7, False, "the interval excludes the target"),
        (0.8, 0.7, 0.9, True, "the interval includes the target"),
    ],
)
def test_met_is_decided_by_the_value_and_certainty_by_the_interval(
    value: float, low: float, high: float, met: bool, certainty: str
) -> None:
    verdict = judge(CRITERION, score(value, low, high), None, ())
    assert verdict.met is met
    assert certainty in verdict.sentence
    assert "n=200" in verdict.sentence
    assert "No base model was asked" in verdict.sentence


def test_lower_can_be_better() -> None:
    rate = score(0.03, 0.01, 0.05, higher_is_better=False)
    assert judge(Criterion(metric="malformed", target=0.04), rate, None, ()).met is True
    assert judge(Criterion(metric="malformed", target=0.02), rate, None, ()).met is False


@pytest.mark.parametrize(
    ("low", "high", "size"),
    [(0.06, 0.2, "surely more"), (0.01, 0.2, "not surely"), (-0.1, 0.04, "surely less")],
)
def test_the_gain_is_held_against_the_smallest_that_matters(
    low: float, high: float, size: str
) -> None:
    sentence = judge(CRITERION, score(0.9), gain((low + high) / 2, low, high), ()).sentence
    assert f"{size} than the 0.05" in sentence or f"{size} the 0.05" in sentence


@pytest.mark.parametrize(
    ("value", "met"), [(0.06, True), (0.75 - 0.7, True), (0.04, False), (-0.2, False)]
)
def test_a_run_hardly_better_than_the_base_model_does_not_meet_the_criterion(
    value: float, met: bool
) -> None:
    better = gain(value, value - 0.1, value + 0.1)
    assert judge(CRITERION, score(0.9), better, ()).met is met
    rate = score(0.1, higher_is_better=False)
    assert judge(CRITERION, rate, better, ()).met is met


def test_an_unknown_gain_decides_nothing() -> None:
    unknown = gain(None, undefined="because of the tokenizers")
    verdict = judge(CRITERION, score(0.9), unknown, ())
    assert verdict.met is True
    assert "undefined because of the tokenizers" in verdict.sentence


def test_without_a_value_the_verdict_is_cannot_tell() -> None:
    nothing = Score(metric="accuracy", value=None, n=0, undefined="because there are no rows")
    verdict = judge(CRITERION, nothing, None, ())
    assert verdict.met is None
    assert verdict.sentence == "Cannot tell: accuracy is undefined because there are no rows."


def test_scores_are_never_shown_bare() -> None:
    assert in_words(score(0.8, 0.7, 0.9)) == "accuracy 0.800 (0.700 to 0.900, n=200)"
    none = Score(metric="malformed", value=0, low=0, high=0.08, n=200, higher_is_better=False)
    assert in_words(none) == "malformed none of 200, at most 0.080"  # of few groups
    bare = none.model_copy(update={"high": None})
    assert in_words(bare) == "malformed none of 200, at most 0.015"
    gap = none.model_copy(update={"metric": "ece"})
    assert in_words(gap) == "ece 0.000 (0.000 to 0.080, n=200)"
    assert "0.000 (0.000 to 0.020" in in_words(score(0, 0, 0.02))


def test_few_rows_and_rare_labels_are_warned_of() -> None:
    assert cautions((), (), 500) == ()
    assert cautions(("a", "b"), ((10, 0), (1, 9)), 30) == ()
    few, rare = cautions(("a", "b", "c"), ((12, 0, 0), (1, 2, 0), (0, 0, 0)), 15)
    assert few == "Only 15 rows were scored"
    assert rare.startswith("1 labels have fewer than 10 gold rows, 'b' only 3")
