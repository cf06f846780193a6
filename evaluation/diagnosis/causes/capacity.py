"""Capacity: the training rows say the right answer, and the model does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import Scene
from evaluation.paired import compare_hits

LEAST_LOSS = 0.02
"""How much worse than the vote of its own training rows a run must be."""


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that the run did not learn what it was taught: its training rows' votes do better."""
    if not (scene.embedded and scene.classifies) or not len(scene.pool.taught):
        return
    voted = _by_neighbours(scene)
    right = voted == scene.asked.gold
    found = compare_hits(right, ~scene.asked.wrong)
    if found.p_value is None or found.p_value >= LEVEL or found.value < LEAST_LOSS:
        return
    missed = np.flatnonzero(right & scene.asked.wrong)
    yield Claim(
        cause="capacity",
        subject="training itself",
        sentence=(
            f"The {scene.nearest_taught[0].shape[1]} training rows most like each text are right "
            f"by their votes on {right.mean():.0%}, the run on {1 - scene.rate:.0%}: it has not "
            "learned what it was taught. Train longer, at a higher rate or rank."
        ),
        errors=missed,
        rows=np.arange(len(scene.asked)),
        expected=1 - float(right.mean()),
        p_value=found.p_value,
        do="look",
    )


def _by_neighbours(scene: Scene) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the label that the nearest training rows vote for, each weighed by its likeness."""
    near, alike = scene.nearest_taught
    labels = scene.pool.labels[near]
    votes = np.zeros((len(near), len(scene.task.labels)))
    for column in range(near.shape[1]):
        np.add.at(votes, (np.arange(len(near)), labels[:, column]), np.maximum(alike[:, column], 0))
    found: np.ndarray[tuple[int], np.dtype[np.intp]] = votes.argmax(axis=1)
    return found


def speaks(scene: Scene, row: int) -> Evidence:
    """Say how many of the nearest training rows have the right label."""
    if not (scene.embedded and scene.classifies):
        return NOTHING
    near = scene.nearest_taught[0][row]
    right = near[scene.pool.labels[near] == scene.asked.gold[row]]
    words = f"{len(right)} of the {len(near)} nearest training rows have the right label."
    share = len(right) / max(1, len(near))
    return Evidence(share if share > 0.5 else 0.0, words, tuple(scene.pool.ids[at] for at in right))


CAUSE = Cause("capacity", "Not learned", claims, speaks)
