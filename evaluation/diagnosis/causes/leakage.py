"""Leakage: training rows nearly repeat validation rows, and the score flatters the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evaluation.diagnosis.causes import Cause
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.neighbours import nearest
from evaluation.diagnosis.scene import Mask, Rows, Scene
from evaluation.words import words

SAME_WORDS = 0.75
"""Twins share at least this part of all their words, each word counted once."""
LEAST_EXTRA = 0.02
"""The share of validation rows that must have a twin beyond what is usual."""
COMPARED = 3_000
"""Training rows among which it is counted what is usual."""
SEED = 13


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim leakage where validation rows have a twin in training more often than training rows do.

    Texts of one kind repeat themselves; two halves of them do so equally often. Only what goes
    beyond that was copied.
    """
    if not scene.embedded or not len(scene.pool.taught):
        return
    rows, twins = _twins_of_asked(scene)
    usual, n_usual = _usual(scene)
    found, n = int(rows.sum()), len(scene.asked)
    p_value = _one_sided(found, n, usual, n_usual)
    if p_value >= LEVEL or found / n < usual / n_usual + LEAST_EXTRA:
        return
    wrong, twinned = scene.asked.wrong, np.flatnonzero(rows)
    alone = float(wrong[~rows].mean()) if (~rows).any() else scene.rate
    yield Claim(
        cause="leakage",
        subject="near copies in training",
        sentence=(
            f"{found} of {n} validation rows have a near copy among the training rows; of training "
            f"rows themselves {usual} of {n_usual} have one. With a copy "
            f"{wrong[rows].mean():.0%} are wrong, without {alone:.0%}: the score flatters."
        ),
        errors=twinned[wrong[twinned]],
        rows=twinned,
        expected=alone,
        p_value=p_value,
        do="drop",
        work_on=tuple(dict.fromkeys(scene.pool.ids[twin] for twin in twins[rows].tolist())),
        latent=max(0.0, alone * found - float(wrong[rows].sum())),
    )


def _twins_of_asked(scene: Scene) -> tuple[Mask, Rows]:
    """Return which validation rows have a twin in training, and its row in the pool."""
    rows, _ = scene.nearest_taught
    found = np.full(len(rows), -1, dtype=np.intp)
    for at, near in enumerate(rows.tolist()):
        mine = frozenset(words(scene.asked.texts[at]))
        found[at] = _first_twin(mine, near, scene.pool.texts)
    return found >= 0, found


def _first_twin(mine: frozenset[str], near: Sequence[int], texts: Sequence[str]) -> int:
    return next((row for row in near if _twins(mine, frozenset(words(texts[row])))), -1)


def _twins(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= SAME_WORDS * len(one | other)


def _usual(scene: Scene) -> tuple[int, int]:
    """Count the training rows that have a twin of another family, and those looked at."""
    pool, taught = scene.pool, scene.pool.taught
    assert pool.vectors is not None  # noqa: S101 - a scene that is embedded has them
    some = np.random.default_rng(SEED).permutation(taught)[:COMPARED]
    near, _ = nearest(pool.vectors[some], pool.vectors[taught], 11)  # itself is among them
    count = 0
    for row, others in zip(some.tolist(), taught[near].tolist(), strict=True):
        strange = [other for other in others if pool.families[other] != pool.families[row]]
        count += _first_twin(frozenset(words(pool.texts[row])), strange, pool.texts) >= 0
    return count, len(some)


def _one_sided(found: int, n: int, usual: int, n_usual: int) -> float:
    """Return Fisher's one-sided p-value of the first share being no larger than the second."""
    from scipy.stats import fisher_exact

    table = [[found, n - found], [usual, n_usual - usual]]
    return float(fisher_exact(table, alternative="greater").pvalue)


CAUSE = Cause("leakage", "Leakage", claims)
