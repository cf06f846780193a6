"""Conflict: two functions contradict each other, and the wrong one is gone with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from curation.statistics import benjamini_hochberg
from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import Rows, Scene

FEWEST = 5
"""Errors of one conflict that are worth a claim."""
Pair = tuple[int, int]


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that one function should yield to another where both vote.

    On the validation rows where they contradict each other, the one whose label the run gives must
    be wrong more often than a coin, against the other.
    """
    if not scene.voted:
        return
    met = _meetings(scene)
    pairs = [pair for pair, rows in met.items() if len(rows) >= FEWEST]
    counts = [_lost(scene, pair, met[pair]) for pair in pairs]
    p_values = benjamini_hochberg([_chance(lost, won) for lost, won, _ in counts])
    for pair, (lost, won, errors), p_value in zip(pairs, counts, p_values, strict=True):
        if p_value is not None and p_value < LEVEL and len(errors) >= FEWEST:
            yield _claim(scene, pair, met[pair], (lost, won), errors, p_value)


def _meetings(scene: Scene) -> dict[Pair, Rows]:
    """Return the validation rows on which one function (second) contradicts another (first)."""
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    met: dict[Pair, list[int]] = defaultdict(list)
    for row in np.flatnonzero((scene.asked.votes >= 0).sum(axis=1) > 1).tolist():
        votes = scene.asked.votes[row]
        cast = np.flatnonzero(votes >= 0).tolist()
        for one in cast:
            for other in cast:
                if votes[one] != votes[other]:
                    met[one, other].append(row)
    return {pair: np.array(rows, dtype=np.intp) for pair, rows in met.items()}


def _lost(scene: Scene, pair: Pair, rows: Rows) -> tuple[int, int, Rows]:
    """Count rows where the second is right and where the first is, and the errors of the first."""
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    first, second = (scene.asked.votes[rows, column] for column in pair)
    gold, answers = scene.asked.gold[rows], scene.asked.answers[rows]
    errors = rows[(answers == first) & (gold == second)]
    return int((second == gold).sum()), int((first == gold).sum()), errors


def _chance(lost: int, won: int) -> float | None:
    from scipy.stats import binom

    return float(binom.sf(lost - 1, lost + won, 0.5)) if lost + won else None


def _claim(
    scene: Scene,
    pair: Pair,
    rows: Rows,
    counts: tuple[int, int],
    errors: Rows,
    p_value: float,
) -> Claim:
    first, second = (scene.functions[column] for column in pair)
    lost, won = counts
    return Claim(
        cause="conflict",
        subject=f"{first} against {second}",
        sentence=(
            f"Where {first} and {second} contradict each other, {second} is right on {lost} "
            f"validation rows and {first} on {won}; the run went with {first} on {len(errors)}."
        ),
        errors=errors,
        rows=rows,
        expected=won / max(1, len(rows)),
        p_value=p_value,
        do="function",
        work_on=_where_both_vote(scene, pair),
    )


def _where_both_vote(scene: Scene, pair: Pair) -> tuple[str, ...]:
    assert scene.pool.votes is not None  # noqa: S101 - functions have voted
    one, other = (scene.pool.votes[:, column] for column in pair)
    rows = np.flatnonzero((one >= 0) & (other >= 0) & (one != other))
    return tuple(scene.pool.ids[row] for row in rows.tolist())


def speaks(scene: Scene, row: int) -> Evidence:
    """Say that functions contradict each other on this very row, or on its nearest ones."""
    if not scene.voted:
        return NOTHING
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    votes = scene.asked.votes[row]
    answer, gold = scene.asked.answers[row], scene.asked.gold[row]
    wrong = [scene.functions[at] for at in np.flatnonzero((votes == answer) & (votes >= 0))]
    right = [scene.functions[at] for at in np.flatnonzero((votes == gold) & (votes >= 0))]
    if not (wrong and right):
        return NOTHING
    words = (
        f"{', '.join(wrong)} says {scene.task.labels[answer]}, "
        f"{', '.join(right)} says {scene.task.labels[gold]}."
    )
    return Evidence(0.6, words)


CAUSE = Cause("conflict", "Functions in conflict", claims, speaks)
