"""Intervals of single scores: Wilson's beside Wald's, clustered rows, macro F1, the ledger."""

from __future__ import annotations

from math import sqrt

import numpy as np

from benchmarks.calibrating import Measured
from curation.statistics import Z95, wilson
from curation.types import Hypothesis
from evaluation.diagnosis.ledger import judge
from evaluation.intervals import bootstrap, percentile, share_interval
from evaluation.metrics.macro_f1 import MacroF1
from evaluation.paired import pooled


def single(runs: int) -> list[Measured]:
    """Cover a share: rare, common, and of few rows."""
    made, generator = [], np.random.default_rng(1)
    for p, n in ((0.05, 100), (0.05, 50), (0.5, 30), (0.9, 200)):
        counts = generator.binomial(n, p, runs).tolist()
        ours = sum(low <= p <= high for low, high in (wilson(k, n) for k in counts))
        wald = sum(abs(k / n - p) <= Z95 * sqrt(k / n * (1 - k / n) / n) for k in counts)
        setting = f"share {p:g}, n={n}"
        # Counts are whole: no interval keeps 95 % for every share; Wilson's does on average.
        made.append(
            Measured("Wilson interval", setting, "covers", 0.93, ours, runs, {"Wald": wald / runs})
        )
    return made


def clustered(runs: int) -> list[Measured]:
    """Cover a share of 300 rows that come in conversations of ten."""
    generator, ours, naive, truth = np.random.default_rng(2), 0, 0, 0.8
    runs = max(100, runs // 2)
    for _ in range(runs):
        rates = np.repeat(generator.beta(4 * truth, 4 * (1 - truth), 30), 10)
        rows = np.column_stack([generator.random(300) < rates, np.ones(300)]).astype(float)
        found = share_interval(pooled(rows, [f"talk {at // 10}" for at in range(300)]))
        ours += found is not None and found[0] <= truth <= found[1]
        low, high = wilson(int(rows[:, 0].sum()), 300)
        naive += low <= truth <= high
    setting = "30 conversations of 10 rows"
    peers = {"Wilson, rows as if independent": naive / runs}
    return [Measured("share interval by groups", setting, "covers", 0.92, ours, runs, peers)]


def macro(runs: int) -> list[Measured]:
    """Cover macro F1 of four labels, one of them with ten rows of 200."""
    generator, metric, labels = np.random.default_rng(3), MacroF1(), ("a", "b", "c", "d")
    mix, right = (0.4, 0.3, 0.25, 0.05), (0.9, 0.8, 0.7, 0.6)
    truth, covered = _true_macro(mix, right), 0
    runs = max(100, runs // 5)
    for _ in range(runs):
        gold = generator.choice(4, 200, p=mix)
        said = _answered(gold, right, generator)
        rows = metric.statistics(
            predictions=[labels[at] for at in said], references=[labels[at] for at in gold],
            labels=labels,
        )  # fmt: skip
        value = float(metric.values(rows.sum(axis=0, keepdims=True))[0, 0])
        drawn = bootstrap(rows, lambda totals: metric.values(totals)[:, 0], replicates=1_000)
        low, high = percentile(drawn, value)
        covered += low <= truth <= high
    setting = "n=200, four labels, the rarest 5 %"
    return [Measured("macro F1 bootstrap", setting, "covers", 0.92, covered, runs)]


def _answered(
    gold: np.ndarray[tuple[int], np.dtype[np.int64]],
    right: tuple[float, ...],
    generator: np.random.Generator,
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    good = generator.random(len(gold)) < np.array(right)[gold]
    return np.where(good, gold, (gold + generator.integers(1, 4, len(gold))) % 4)


def _true_macro(mix: tuple[float, ...], right: tuple[float, ...]) -> float:
    """Return the F1 that endless rows would have."""
    share, hit = np.array(mix), np.array(right)
    wrong = share * (1 - hit) / 3
    answered = share * hit + wrong.sum() - wrong
    return float(np.mean(2 * share * hit / (share + answered)))


def ledger(runs: int) -> list[Measured]:
    """Judge an action on 100 rows: nothing changed, then half of the errors went away."""
    generator, worked, found = np.random.default_rng(4), 0, 0
    ids = tuple(f"v{at}" for at in range(100))
    for _ in range(runs):
        before = generator.random(100) < 0.65
        churn = generator.random(100) < 0.15  # another run answers some rows otherwise
        same = np.where(churn, generator.random(100) < 0.65, before)
        better = same | (generator.random(100) < 0.5)
        worked += _outcome(ids, before, same) == "worked"
        found += _outcome(ids, before, better) == "worked"
    return [
        Measured("ledger says worked", "100 rows, nothing changed", "alarms", 0.025, worked, runs),
        Measured("ledger says worked", "100 rows, half the errors gone", "finds", 0.8, found, runs),
    ]


def _outcome(ids: tuple[str, ...], before: object, after: object) -> str:
    then, now = (dict(zip(ids, list(side), strict=True)) for side in (before, after))  # type: ignore[call-overload]
    errors = sum(not right for right in then.values())
    hypothesis = Hypothesis(run="r", slice="s", example_ids=ids, errors=errors, expected=0.15)
    return judge([hypothesis], [then], now)[0].outcome
