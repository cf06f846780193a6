"""Judge a score against the criterion its run was given, in a sentence that shows the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from curation.statistics import none_seen
from curation.types import Criterion, Difference, Score, Verdict
from evaluation.intervals import FEW_GOLD, FEW_ROWS
from evaluation.metrics.catalog import is_share


def in_words(score: Score) -> str:
    """Return a score as it should be read: with its interval and n, and never as a bare zero.

    Examples
    --------
    >>> in_words(Score(metric="malformed", value=0.0, n=60, higher_is_better=False))
    'malformed none of 60, at most 0.049'
    """
    if score.value is None:
        return f"{score.metric} is undefined {score.undefined}"
    if score.value == 0 and not score.higher_is_better and is_share(score.metric) and score.n:
        bound = none_seen(score.n) if score.high is None else score.high
        return f"{score.metric} none of {score.n}, at most {bound:.3f}"
    if score.low is None or score.high is None:
        return f"{score.metric} {score.value:.3f} (n={score.n}, too few or too alike to resample)"
    return f"{score.metric} {score.value:.3f} ({score.low:.3f} to {score.high:.3f}, n={score.n})"


def judge(
    criterion: Criterion, score: Score, gain: Difference | None, cautions: Sequence[str]
) -> Verdict:
    """Return the verdict: met when the value itself reaches the target, and the gain the least.

    Parameters
    ----------
    criterion : Criterion
    score : Score
        The run's score by the criterion's metric.
    gain : Difference or None
        From the base model; None when no base model was asked. An unknown gain decides nothing.
    cautions : sequence of str
        What to bear in mind, appended to the sentence.
    """
    if score.value is None:
        return Verdict(met=None, sentence=f"Cannot tell: {in_words(score)}.")
    reached = reaches(score.value, criterion.target, score.higher_is_better)
    word = "reaches" if reached else "misses"
    parts = [
        f"{in_words(score)} {word} the target {criterion.target:g}; {_certainty(score, criterion)}"
    ]
    parts += [_gain(gain, criterion), *cautions]
    met = reached and _gains_enough(gain, criterion)
    return Verdict(met=met, sentence=". ".join(parts) + ".")


def reaches(value: float, target: float, higher_is_better: bool) -> bool:
    """Return whether a value is at least as good as its target."""
    return value >= target if higher_is_better else value <= target


def cautions(labels: Sequence[str], confusion: Sequence[Sequence[int]], n: int) -> tuple[str, ...]:
    """Return what makes these scores shaky: few rows, or few gold rows of some label."""
    found = [f"Only {n} rows were scored"] if n < FEW_ROWS else []
    gold = {label: sum(row) for label, row in zip(labels, confusion, strict=True)}
    if few := {label: count for label, count in gold.items() if 0 < count < FEW_GOLD}:
        rarest = min(few, key=few.__getitem__)
        found.append(
            f"{len(few)} labels have fewer than {FEW_GOLD} gold rows, {rarest!r} only "
            f"{few[rarest]}: intervals of macro scores are too narrow"
        )
    return tuple(found)


def _gains_enough(gain: Difference | None, criterion: Criterion) -> bool:
    if gain is None or gain.value is None:
        return True
    # 0.75 - 0.65 is a hair less than 0.1 in binary.
    return gain.value >= criterion.minimum_gain or isclose(gain.value, criterion.minimum_gain)


def _certainty(score: Score, criterion: Criterion) -> str:
    if score.low is None or score.high is None:
        return "there is no interval to say how surely"
    if score.low <= criterion.target <= score.high:
        return "the interval includes the target, so other rows could decide otherwise"
    return "the interval excludes the target"


def _gain(gain: Difference | None, criterion: Criterion) -> str:
    if gain is None:
        return "No base model was asked, so the gain is unknown"
    if gain.value is None:
        return f"The gain over the base model is undefined {gain.undefined}"
    shown = f"The gain over the base model is {gain.value:+.3f}"
    if gain.low is None or gain.high is None:
        return f"{shown}, without an interval"
    least = criterion.minimum_gain
    size = "not surely"
    if gain.low > least or gain.high < least:
        size = "surely more than" if gain.low > least else "surely less than"
    return f"{shown} ({gain.low:+.3f} to {gain.high:+.3f}), {size} the {least:g} that matters"
