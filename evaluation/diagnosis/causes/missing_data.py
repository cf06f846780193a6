"""Missing data: nothing the run could have learned from is like these texts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import Floats, Mask, Scene

STRANGE = 0.02
"""The share of training texts that count as unlike all others: as unlike is a stranger."""
MOST_STRANGERS = 2.0
"""Times that share there must be among validation texts."""
FEWEST_POOL = 200
"""Training texts it takes to know what is strange."""


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that a kind of text is missing: more strangers than usual, and more errors on them."""
    if not scene.embedded or len(scene.pool) < FEWEST_POOL:
        return
    strange, bound = _strangers(scene)
    count, n = int(strange.sum()), len(scene.asked)
    if count < MOST_STRANGERS * STRANGE * n or count == n:
        return
    p_value = max(_too_many(count, n), _more_wrong(scene, strange))
    if p_value >= LEVEL:
        return
    wrong, rows = scene.asked.wrong, np.flatnonzero(strange)
    likeness = scene.nearest_pool[1][rows, 0]
    yield Claim(
        cause="missing_data",
        subject="texts unlike any in training",
        sentence=(
            f"{count} of {n} validation texts have nothing like them in training (likeness below "
            f"{bound:.2f}, where {STRANGE:.0%} would be usual); {wrong[rows].mean():.0%} of them "
            f"are wrong, {wrong[~strange].mean():.0%} of the others."
        ),
        errors=rows[wrong[rows]],
        rows=rows,
        expected=float(wrong[~strange].mean()),
        p_value=p_value,
        do="collect",
        work_on=tuple(scene.asked.ids[row] for row in rows[np.argsort(likeness)].tolist()),
    )


def _strangers(scene: Scene) -> tuple[Mask, float]:
    """Return which validation texts are less like training than nearly all of training is."""
    bound = float(np.quantile(_usual(scene), STRANGE))
    return scene.nearest_pool[1][:, 0] < bound, bound


def _usual(scene: Scene) -> Floats:
    return scene.usual_likeness


def _too_many(count: int, n: int) -> float:
    from scipy.stats import binom

    return float(binom.sf(count - 1, n, MOST_STRANGERS * STRANGE))


def _more_wrong(scene: Scene, strange: Mask) -> float:
    from scipy.stats import fisher_exact

    wrong = scene.asked.wrong
    table = [
        [int(wrong[strange].sum()), int((~wrong[strange]).sum())],
        [int(wrong[~strange].sum()), int((~wrong[~strange]).sum())],
    ]
    return float(fisher_exact(table, alternative="greater").pvalue)


def speaks(scene: Scene, row: int) -> Evidence:
    """Say how unlike everything in training this text is."""
    if not scene.embedded or len(scene.pool) < FEWEST_POOL:
        return NOTHING
    strange, bound = _strangers(scene)
    if not strange[row]:
        return NOTHING
    near, alike = scene.nearest_pool
    words = f"Nothing in training is like it: the nearest text by {alike[row, 0]:.2f}, usual is "
    return Evidence(0.8, f"{words}over {bound:.2f}.", (scene.pool.ids[near[row, 0]],))


CAUSE = Cause("missing_data", "Missing data", claims, speaks)
