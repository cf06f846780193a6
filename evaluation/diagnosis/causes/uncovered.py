"""No coverage: there are texts like these, but nobody and no function says what they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curation.statistics import benjamini_hochberg
from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import NOBODY, Mask, Rows, Scene

HALF = 0.5
"""What a label's coverage must be below, of that of the others."""
FEWEST = 5
"""Texts of a label, and errors on it, that are worth a claim."""


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that a label is not covered: by far fewer of its texts, and by far more of its errors.

    Which texts of the pool are of a label is what trusted labels say.
    """
    if scene.trusted is None:
        return
    said = scene.trusted.pool.argmax(axis=1)
    labels = [label for label in range(len(scene.task.labels)) if (said == label).sum() >= FEWEST]
    p_values = benjamini_hochberg([_chance(scene, said == label, label) for label in labels])
    for label, p_value in zip(labels, p_values, strict=True):
        mine = said == label
        here, elsewhere = _coverage(scene, mine), _coverage(scene, ~mine)
        errors = scene.errors[scene.asked.gold[scene.errors] == label]
        low = here < HALF * elsewhere and len(errors) >= FEWEST
        if low and p_value is not None and p_value < LEVEL:
            yield _claim(scene, label, mine, errors, p_value)


def _coverage(scene: Scene, rows: Mask) -> float:
    return float((scene.pool.word[rows] != NOBODY).mean()) if rows.any() else 1.0


def _chance(scene: Scene, mine: Mask, label: int) -> float:
    """Return the larger of the two p-values: of lower coverage, and of more errors."""
    covered = scene.pool.word != NOBODY
    gold = scene.asked.gold == label
    return max(
        _fewer(covered[mine], covered[~mine]),
        _fewer(~scene.asked.wrong[gold], ~scene.asked.wrong[~gold]),
    )


def _fewer(here: Mask, elsewhere: Mask) -> float:
    from scipy.stats import fisher_exact

    table = [[int(part.sum()), int((~part).sum())] for part in (here, elsewhere)]
    return float(fisher_exact(table, alternative="less").pvalue)


def _claim(scene: Scene, label: int, mine: Mask, errors: Rows, p_value: float) -> Claim:
    name, gold = scene.task.labels[label], scene.asked.gold == label
    open_ = np.flatnonzero(mine & (scene.pool.word == NOBODY))
    assert scene.trusted is not None  # noqa: S101 - claims ends without
    sure = scene.trusted.pool[open_, label]
    return Claim(
        cause="uncovered",
        subject=name,
        sentence=(
            f"{len(open_)} of the {int(mine.sum())} training texts that look like {name} have no "
            f"label: {_coverage(scene, mine):.0%} are covered, {_coverage(scene, ~mine):.0%} of "
            f"the others. {scene.asked.wrong[gold].mean():.0%} of {name} is wrong, "
            f"{scene.asked.wrong[~gold].mean():.0%} of the others."
        ),
        errors=errors,
        rows=np.flatnonzero(gold),
        expected=float(scene.asked.wrong[~gold].mean()),
        p_value=p_value,
        do="label",
        work_on=tuple(
            scene.pool.ids[row] for row in open_[np.argsort(-sure, kind="stable")].tolist()
        ),
    )


def speaks(scene: Scene, row: int) -> Evidence:
    """Say how many of the nearest texts nobody labelled."""
    if not scene.embedded:
        return NOTHING
    near = scene.nearest_pool[0][row]
    open_ = near[scene.pool.word[near] == NOBODY]
    usual = float((scene.pool.word == NOBODY).mean())
    share = len(open_) / max(1, len(near))
    words = f"{len(open_)} of the {len(near)} nearest training texts have no label."
    strength = (share - usual) / (1 - usual) if usual < 1 else 0.0
    return Evidence(max(0.0, strength), words, tuple(scene.pool.ids[at] for at in open_.tolist()))


CAUSE = Cause("uncovered", "No coverage", claims, speaks)
