"""What actions brought: each is judged by the next run, on the rows it was to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from curation.statistics import holm
from curation.types import Hypothesis
from evaluation.paired import Paired, compare_hits

LEVEL = 0.05
Outcome = Literal["worked", "did not", "cannot tell"]


@dataclass(frozen=True)
class Trial:
    """A hypothesis, and what the next run made of its rows.

    Attributes
    ----------
    hypothesis : Hypothesis
    n : int
        Rows both runs were asked; fewer than the hypothesis names where some left validation.
    before, after : float or None
        The error rates on these; None without rows.
    paired : Paired or None
        Errors that went away, by rows; its value is before less after.
    adjusted : float or None
        The p-value, corrected for all actions the same run judges.
    outcome : "worked", "did not" or "cannot tell"
    """

    hypothesis: Hypothesis
    n: int
    before: float | None
    after: float | None
    paired: Paired | None
    adjusted: float | None
    outcome: Outcome

    @property
    def sentence(self) -> str:
        """What was hoped for and what came of it, in words."""
        hoped = _hoped(self.hypothesis)
        if self.before is None or self.after is None or self.paired is None:
            return f"{hoped}. Cannot tell: the next run was asked none of these rows."
        heads = {"worked": "Worked", "did not": "Did not work", "cannot tell": "Cannot tell"}
        low, high = self.paired.low, self.paired.high
        spread = "" if low is None or high is None else f" ({low:+.0%} to {high:+.0%}, n={self.n})"
        return (
            f"{hoped}. {heads[self.outcome]}: {self.before:.0%} then, {self.after:.0%} now, "
            f"{self.paired.value:+.0%} fewer errors{spread}."
        )


def _hoped(hypothesis: Hypothesis) -> str:
    n = len(hypothesis.example_ids)
    rate = hypothesis.errors / n if n else 0.0
    return f"{hypothesis.slice}: {rate:.0%} errors to fall to {hypothesis.expected:.0%}"


def judge(
    hypotheses: Sequence[Hypothesis],
    before: Sequence[Mapping[str, bool]],
    after: Mapping[str, bool],
) -> tuple[Trial, ...]:
    """Return what one run made of the hypotheses that were open when it was trained.

    Worked: errors on these rows fell, by McNemar's mid-p test, Holm's correction over all of
    them. Did not: they rose, or fell surely by less than half of what was hoped for.

    Parameters
    ----------
    hypotheses : sequence of Hypothesis
    before : sequence of mapping of example id to bool
        For each, which rows the run it is about got right, by the gold of that time.
    after : mapping of example id to bool
        Which rows the next run got right, by its own dataset's gold.
    """
    pairs = [_compare(one, then, after) for one, then in zip(hypotheses, before, strict=True)]
    corrected = holm([paired.p_value if paired else None for paired, *_ in pairs])
    return tuple(
        Trial(one, n, was, is_, paired, p, _outcome(one, paired, p))
        for one, (paired, n, was, is_), p in zip(hypotheses, pairs, corrected, strict=True)
    )


def _compare(
    hypothesis: Hypothesis, before: Mapping[str, bool], after: Mapping[str, bool]
) -> tuple[Paired | None, int, float | None, float | None]:
    both = [id_ for id_ in hypothesis.example_ids if id_ in before and id_ in after]
    if not both:
        return None, 0, None, None
    was = np.array([before[id_] for id_ in both], dtype=np.bool_)
    now = np.array([after[id_] for id_ in both], dtype=np.bool_)
    return compare_hits(now, was), len(both), float(1 - was.mean()), float(1 - now.mean())


def _outcome(hypothesis: Hypothesis, paired: Paired | None, p_value: float | None) -> Outcome:
    if paired is None or p_value is None or paired.high is None:
        return "cannot tell"
    if p_value < LEVEL:
        return "worked" if paired.value > 0 else "did not"
    hoped = hypothesis.errors / max(1, len(hypothesis.example_ids)) - hypothesis.expected
    return "did not" if paired.high < hoped / 2 else "cannot tell"
