"""Two runs on the same rows: mid-p McNemar, randomization, bootstrap, and verdicts on several."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, chi2, norm

from benchmarks.calibrating import Measured
from curation.statistics import holm
from curation.types import Difference
from evaluation.comparison import judge_all
from evaluation.metrics.macro_f1 import MacroF1
from evaluation.paired import Paired, compare_hits, compare_totals, rows_needed

Bits = NDArray[np.bool_]


def answers(
    n: int, accuracy: float, discordance: float, gain: float, runs: int, seed: int
) -> Iterator[tuple[Bits, Bits]]:
    """Yield which rows two runs get right, the first better by `gain`."""
    generator = np.random.default_rng(seed)
    first, second = (discordance + gain) / 2, (discordance - gain) / 2
    both = accuracy - discordance / 2
    chances = [first, second, both, 1 - first - second - both]
    for a, b, c, _ in generator.multinomial(n, chances, size=runs).tolist():
        one = np.zeros(n, dtype=np.bool_)
        other = np.zeros(n, dtype=np.bool_)
        one[:a], other[a : a + b] = True, True
        one[a + b : a + b + c] = other[a + b : a + b + c] = True
        yield one, other


def shares(runs: int) -> list[Measured]:
    """Compare shares of right rows: no difference, then one the rows should find."""
    made = []
    for n, accuracy, discordance in ((300, 0.8, 0.1), (1_000, 0.8, 0.1), (100, 0.9, 0.04)):
        pairs = list(answers(n, accuracy, discordance, 0.0, runs, seed=n))
        alarms = sum((compare_hits(*pair).p_value or 1) < 0.05 for pair in pairs)
        peers = {name: float(np.mean([p(*pair) < 0.05 for pair in pairs])) for name, p in PEERS}
        setting = f"n={n}, {discordance:.0%} discordant, no difference"
        made.append(Measured("mid-p McNemar", setting, "alarms", 0.05, alarms, runs, peers))
        covered = sum(_holds(compare_hits(*pair)) for pair in pairs)
        made.append(Measured("Bonett-Price interval", setting, "covers", 0.95, covered, runs))
    for gain, discordance in ((0.05, 0.1), (0.03, 0.1)):
        n = rows_needed(gain, discordance)
        pairs = list(answers(n, 0.8, discordance, gain, runs, seed=7))
        found = sum((compare_hits(*pair).p_value or 1) < 0.05 for pair in pairs)
        peers = {name: float(np.mean([p(*pair) < 0.05 for pair in pairs])) for name, p in PEERS}
        setting = f"n={n}, {discordance:.0%} discordant, +{gain:.0%}"
        made.append(Measured("mid-p McNemar", setting, "finds", 0.8, found, runs, peers))
    return made


def _holds(found: Paired) -> bool:
    return found.low is not None and found.high is not None and found.low <= 0 <= found.high


def _exact(one: Bits, other: Bits) -> float:
    a, b = int((one & ~other).sum()), int((other & ~one).sum())
    return float(binomtest(a, a + b).pvalue) if a + b else 1.0


def _chi_square(one: Bits, other: Bits) -> float:
    """Return McNemar's p-value as `evaluate` has it; it fails where two runs agree everywhere."""
    a, b = int((one & ~other).sum()), int((other & ~one).sum())
    return float(chi2.sf((a - b) ** 2 / (a + b), 1)) if a + b else 1.0


def _unpaired(one: Bits, other: Bits) -> float:
    """Return the p-value of lm-eval's comparison, which takes the runs for different rows."""
    n = len(one)
    spread = sqrt(one.var(ddof=1) / n + other.var(ddof=1) / n)
    return float(2 * norm.sf(abs(one.mean() - other.mean()) / spread)) if spread else 1.0


PEERS = (
    ("exact McNemar", _exact),
    ("McNemar chi-square (evaluate)", _chi_square),
    ("unpaired z (lm-eval)", _unpaired),
)

LABELS = ("a", "b", "c", "d")


def macro(runs: int) -> list[Measured]:
    """Compare macro F1 on 200 rows of four labels, one of them rare."""
    generator, metric = np.random.default_rng(5), MacroF1()
    alarms = covered = found = 0
    runs = max(50, runs // 5)
    for _ in range(runs):
        gold = generator.choice(4, 200, p=(0.4, 0.3, 0.2, 0.1))
        alike = [_answered(gold, 0.75, generator) for _ in range(2)]
        none = _compared(metric, gold, *alike)
        alarms += (none.p_value or 1) < 0.05
        covered += _holds(none)
        better = _compared(metric, gold, _answered(gold, 0.85, generator), alike[1])
        found += (better.p_value or 1) < 0.05
    setting = "macro F1, n=200, four labels"
    same, more = f"{setting}, no difference", f"{setting}, +10 points"
    return [
        Measured("approximate randomization", same, "alarms", 0.05, alarms, runs),
        Measured("paired bootstrap interval", same, "covers", 0.95, covered, runs),
        Measured("approximate randomization", more, "finds", 0.6, found, runs),
    ]


def _answered(
    gold: NDArray[np.int64], right: float, generator: np.random.Generator
) -> NDArray[np.int64]:
    wrong = generator.random(len(gold)) >= right
    return np.where(wrong, (gold + generator.integers(1, 4, len(gold))) % 4, gold)


def _compared(
    metric: MacroF1, gold: NDArray[np.int64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> Paired:
    truth = [LABELS[at] for at in gold]
    first, second = (
        metric.statistics(predictions=[LABELS[at] for at in said], references=truth, labels=LABELS)
        for said in (one, other)
    )
    return compare_totals(first, second, lambda totals: metric.values(totals)[:, 0])


def several(runs: int) -> list[Measured]:
    """Compare one run with five others that are no worse, and with one that is the same."""
    generator = np.random.default_rng(9)
    alarms = plain = equal = 0
    for _ in range(runs):
        one = generator.random(300) < 0.8
        others = [generator.random(300) < 0.8 for _ in range(5)]
        found = [compare_hits(one, other) for other in others]
        corrected = holm([pair.p_value for pair in found])
        alarms += any(p is not None and p < 0.05 for p in corrected)
        plain += any((pair.p_value or 1) < 0.05 for pair in found)
    for pair in answers(1_000, 0.8, 0.05, 0.0, runs, seed=11):
        equal += _judged(compare_hits(*pair), 1_000, margin=0.03) == "equivalent"
    peers, same = {"no correction": plain / runs}, "n=1,000, equal runs, margin 3 points"
    return [
        Measured(
            "Holm's correction", "five equal runs, any alarm", "alarms", 0.05, alarms, runs, peers
        ),
        Measured("verdict equivalent", same, "finds", 0.8, equal, runs),
    ]


def _judged(found: Paired, n: int, margin: float) -> str:
    fields = {name: getattr(found, name) for name in ("value", "low", "high", "p_value")}
    known = Difference(against="x", metric="accuracy", n=n, margin=margin, **fields)
    return judge_all([known])[0].verdict
