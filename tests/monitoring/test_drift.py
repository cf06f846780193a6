"""Drift alarms as often as it says without drift, and finds drift that is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency, false_discovery_control, ks_2samp

from curation.statistics import holm
from curation.types import Prediction, Request
from monitoring.drift import DriftReport, compare

Make = Callable[..., Any]

LABELS = tuple(f"label{at}" for at in range(10))
RARE = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01])
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sample(generator: np.random.Generator, n: int, shift: float = 0, mix: Any = RARE) -> Any:
    confidences = np.where(
        generator.random(n) < shift, generator.beta(3, 3, n), generator.beta(8, 2, n)
    )
    return list(zip(generator.choice(10, n, p=mix).tolist(), confidences.tolist(), strict=True))


def predictions(drawn: Any) -> list[Prediction]:
    return [
        Prediction.model_construct(example_id=str(at), answer=LABELS[label], confidence=confidence)
        for at, (label, confidence) in enumerate(drawn)
    ]


def requests(drawn: Any) -> list[Request]:
    return [
        Request.model_construct(
            id=str(at), at=NOON, input="x", answer=LABELS[label], confidence=confidence
        )
        for at, (label, confidence) in enumerate(drawn)
    ]


def reports(n: int, runs: int, seed: int, **drift: Any) -> list[DriftReport]:
    generator = np.random.default_rng(seed)
    return [
        compare(
            predictions(sample(generator, 2 * n)),
            requests(sample(generator, n, **drift)),
            LABELS,
        )
        for _ in range(runs)
    ]


@pytest.mark.parametrize(("n", "runs"), [(50, 150), (200, 80)])
def test_without_drift_alarms_stay_within_the_binomial_band(n: int, runs: int) -> None:
    found = reports(n, runs, seed=n)
    for name in ("confidence", "answers"):
        p_values = [test.p_value for report in found for test in report.tests if test.name == name]
        assert sum(p < 0.05 for p in p_values) <= binom.ppf(0.995, runs, 0.05)
        assert sum(p < 0.2 for p in p_values) >= binom.ppf(0.001, runs, 0.2)
    assert sum(report.alert for report in found) <= binom.ppf(0.995, runs, 0.05)


def test_lower_confidence_is_found() -> None:
    found = reports(300, 40, seed=3, shift=0.25)
    assert sum(report.alert for report in found) >= 36
    confidence = found[0].tests[0]
    assert confidence.effect > 0.1
    assert "Mean confidence was 0.8" in confidence.sentence


def test_another_mix_of_answers_is_found() -> None:
    mix = np.array([0.15, 0.2, 0.15, 0.1, 0.1, 0.05, 0.04, 0.03, 0.02, 0.16])
    found = reports(300, 40, seed=4, mix=mix)
    assert sum(report.alert for report in found) >= 38
    assert "look at a sample" in found[0].sentence
    assert "label" in found[0].tests[1].sentence


def test_the_p_values_are_scipys() -> None:
    generator = np.random.default_rng(9)
    before = sample(generator, 400, mix=np.full(10, 0.1))
    after = sample(generator, 300, mix=np.full(10, 0.1))
    confidence, answers = compare(predictions(before), requests(after), LABELS).tests
    ks = ks_2samp([c for _, c in before], [c for _, c in after], method="asymp")
    table = [np.bincount([label for label, _ in rows], minlength=10) for rows in (before, after)]
    assert (confidence.p_value, confidence.effect) == pytest.approx((ks.pvalue, ks.statistic))
    assert answers.p_value == pytest.approx(chi2_contingency(table).pvalue)
    shares = [counts / counts.sum() for counts in table]
    assert answers.effect == pytest.approx(abs(shares[0] - shares[1]).sum() / 2)


@pytest.mark.parametrize(("n", "alert"), [(29, False), (0, False)])
def test_too_few_rows_are_no_test(n: int, alert: bool, make_request: Make) -> None:
    live = [make_request(at, answer="label1", confidence=0.1) for at in range(n)]
    report = compare(predictions([(0, 0.9)] * 100), live, LABELS)
    assert report.alert is alert
    assert report.sentence.startswith("Cannot tell.")
    for test in report.tests:
        assert (test.p_value, test.adjusted, test.effect) == (None, None, None)
        assert f"because 100 and {n} rows are too few" in test.undefined


def test_confidence_may_be_missing(make_request: Make) -> None:
    live = [make_request(at, answer=LABELS[at % 2]) for at in range(100)]
    report = compare(predictions([(at % 2, 0.9) for at in range(100)]), live, LABELS)
    confidence, answers = report.tests
    assert confidence.undefined
    assert answers.p_value == answers.adjusted == 1
    assert report.sentence.startswith("No change was found.")


def test_one_label_everywhere_is_no_test_of_answers(make_request: Make) -> None:
    live = [make_request(at, answer="label0", confidence=0.9) for at in range(50)]
    report = compare(predictions([(0, 0.9)] * 50), live, LABELS)
    assert report.tests[1].undefined == "because all answers are one label"
    assert report.alert is False


def test_answers_that_are_no_label_are_counted_together(make_request: Make) -> None:
    live = [make_request(at, answer=f"odd {at}", confidence=0.9) for at in range(60)]
    report = compare(predictions([(at % 10, 0.9) for at in range(60)]), live, LABELS)
    assert report.alert is True
    assert "'(no label)' moved most, by +100.0 points" in report.sentence


def test_a_task_that_writes_is_tested_by_confidence_alone(make_request: Make) -> None:
    live = [make_request(at, answer=f"text {at}", confidence=0.2) for at in range(60)]
    report = compare(predictions([(0, 0.9)] * 60), live, ())
    assert [test.name for test in report.tests] == ["confidence"]
    assert report.alert is True


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_lies_between_the_plain_and_bonferronis(p_values: list[float]) -> None:
    held = holm(p_values)
    for plain, adjusted in zip(p_values, held, strict=True):
        assert plain <= adjusted <= min(1, plain * len(p_values))
    assert min(held) == pytest.approx(min(1, min(p_values) * len(p_values)))
    gentler = false_discovery_control(p_values)
    assert all(mine >= theirs - 1e-12 for mine, theirs in zip(held, gentler, strict=True))
