"""Drift of the model in use: the two tests, together and one by one, beside Evidently's formula."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chisquare

from benchmarks.calibrating import Measured
from curation.types import Prediction, Request
from monitoring.drift import compare

LABELS = tuple(f"label{at}" for at in range(10))
MIX = np.array([0.25, 0.2, 0.15, 0.1, 0.08, 0.07, 0.05, 0.04, 0.03, 0.03])
MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def drift(runs: int) -> list[Measured]:
    """Compare 500 live rows with 1,000 of the exam: the same, then a tenth of them strange."""
    generator = np.random.default_rng(6)
    runs = max(100, runs // 2)
    alarms = found = theirs = 0
    for _ in range(runs):
        before = _drawn(generator, 1_000)
        same, strange = _drawn(generator, 500), _drawn(generator, 500, strange=0.1)
        reference = _predictions(*before)
        alarms += compare(reference, _requests(*same), LABELS).alert
        theirs += _evidently(before[0], same[0]) < 0.05
        found += compare(reference, _requests(*strange), LABELS).alert
    setting = "1,000 against 500 rows, ten labels"
    peers = {"Evidently's chi-square of the labels": theirs / runs}
    return [
        Measured("drift alarm", f"{setting}, no drift", "alarms", 0.05, alarms, runs, peers),
        Measured("drift alarm", f"{setting}, a tenth unsure", "finds", 0.9, found, runs),
    ]


def _drawn(
    generator: np.random.Generator, n: int, strange: float = 0.0
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    answers = generator.choice(10, n, p=MIX / MIX.sum())
    sure = generator.beta(8, 1.5, n)
    unsure = generator.random(n) < strange
    return answers, np.where(unsure, generator.beta(2, 5, n), sure)


def _predictions(answers: NDArray[np.int64], sure: NDArray[np.float64]) -> list[Prediction]:
    return [
        Prediction(example_id=f"e{at}", answer=LABELS[label], text="", confidence=own)
        for at, (label, own) in enumerate(zip(answers.tolist(), sure.tolist(), strict=True))
    ]


def _requests(answers: NDArray[np.int64], sure: NDArray[np.float64]) -> list[Request]:
    return [
        Request(id=f"r{at}", at=MOMENT, input="x", answer=LABELS[label], confidence=own)
        for at, (label, own) in enumerate(zip(answers.tolist(), sure.tolist(), strict=True))
    ]


def _evidently(before: NDArray[np.int64], after: NDArray[np.int64]) -> float:
    """Return the p-value of a test that takes the reference's shares for known exactly."""
    reference, live = (np.bincount(side, minlength=10) for side in (before, after))
    there = reference > 0
    expected = reference[there] * live[there].sum() / reference[there].sum()
    return float(chisquare(live[there], expected).pvalue)
