"""A wrong function: its votes are mostly wrong, and the run learned them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from curation.statistics import benjamini_hochberg, wilson
from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import FUNCTIONS, TRUSTED, Mask, Rows, Scene

GOOD_ENOUGH = 0.6
"""The precision a function must fall short of to be called wrong."""
FEWEST = 3
"""Errors it must have taught, or rows on which it is known to be wrong."""
SURE = 0.7
"""How sure trusted labels must be of another label for a vote to count as wrong."""


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that a function is wrong where trusted labels say so of most of its votes."""
    if not scene.voted:
        return
    counts = [_right_of(scene, column) for column in range(len(scene.functions))]
    p_values = benjamini_hochberg([_chance(right, n) for right, n in counts])
    for column, ((right, n), p_value) in enumerate(zip(counts, p_values, strict=True)):
        if p_value is None or p_value >= LEVEL or n - right < FEWEST:
            continue
        errors = _taught_by(scene, column)
        if len(errors):
            yield _claim(scene, column, right, n, errors, p_value)


def _right_of(scene: Scene, column: int) -> tuple[int, int]:
    """Return how many of a function's votes on trusted rows are right, and how many there are."""
    known = np.flatnonzero(scene.pool.word == TRUSTED)
    assert scene.asked.votes is not None and scene.pool.votes is not None  # noqa: S101, PT018
    votes = np.concatenate([scene.asked.votes[:, column], scene.pool.votes[known, column]])
    given = np.concatenate([scene.asked.gold, scene.pool.labels[known]])
    cast = (votes >= 0) & (given >= 0)
    return int((votes[cast] == given[cast]).sum()), int(cast.sum())


def _chance(right: int, n: int) -> float | None:
    """Return the chance of so few right votes from a function that is good enough."""
    from scipy.stats import binom

    return float(binom.cdf(right, n, GOOD_ENOUGH)) if n else None


def _taught_by(scene: Scene, column: int) -> Rows:
    """Return the errors that a function taught: it gave the wrong answer to what is like them.

    Where embeddings are missing, the errors it votes for itself.
    """
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    errors = scene.errors
    same = scene.asked.votes[errors, column] == scene.asked.answers[errors]
    mask: Mask = same & (scene.asked.answers[errors] >= 0)
    if scene.embedded:
        mask |= np.array([_share(scene, row, column) >= 0.5 for row in errors.tolist()], dtype=bool)
    return errors[mask]


def _share(scene: Scene, row: int, column: int) -> float:
    """Return the share of the nearest rows that taught the answer which this function labelled."""
    taught = _teachers(scene, row)
    if not len(taught):
        return 0.0
    assert scene.pool.votes is not None  # noqa: S101 - functions have voted
    return float((scene.pool.votes[taught, column] == scene.asked.answers[row]).mean())


def _teachers(scene: Scene, row: int) -> Rows:
    """Return the nearest training rows that teach the answer a validation row was given."""
    near = scene.nearest_taught[0][row]
    found: Rows = near[scene.pool.labels[near] == scene.asked.answers[row]]
    return found


def _claim(scene: Scene, column: int, right: int, n: int, errors: Rows, p_value: float) -> Claim:
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    cast = np.flatnonzero(scene.asked.votes[:, column] >= 0)
    rows = np.union1d(cast, errors)
    others = np.setdiff1d(np.arange(len(scene.asked)), rows)
    low, high = wilson(right, n)
    return Claim(
        cause="wrong_function",
        subject=scene.functions[column],
        sentence=(
            f"{scene.functions[column]} is right on {right} of {n} rows that people or files "
            f"answered ({low:.0%} to {high:.0%}), and taught the answers to {len(errors)} errors."
            f"{_meant(scene, column)}"
        ),
        errors=errors,
        rows=rows,
        expected=float(scene.asked.wrong[others].mean()) if len(others) else scene.rate,
        p_value=p_value,
        do="function",
        work_on=_wrong_votes(scene, column),
    )


def _meant(scene: Scene, column: int) -> str:
    """Say which label its rows have, where most have one."""
    known = np.flatnonzero(scene.pool.word == TRUSTED)
    assert scene.asked.votes is not None and scene.pool.votes is not None  # noqa: S101, PT018
    votes = np.concatenate([scene.asked.votes[:, column], scene.pool.votes[known, column]])
    given = np.concatenate([scene.asked.gold, scene.pool.labels[known]])
    found = Counter(given[(votes >= 0) & (given >= 0)].tolist())
    (label, count), *_ = found.most_common(1)
    if 2 * count <= found.total():
        return ""
    return f" {count} of these {found.total()} are {scene.task.labels[label]}."


def _wrong_votes(scene: Scene, column: int) -> tuple[str, ...]:
    """Return the training rows on which it is wrong: those people answered, then likely ones.

    Validation rows are not among them: functions are not to be written after them.
    """
    pool = scene.pool
    assert pool.votes is not None  # noqa: S101 - functions have voted
    votes = pool.votes[:, column]
    known = np.flatnonzero((pool.word == TRUSTED) & (votes >= 0) & (votes != pool.labels))
    found = [pool.ids[row] for row in known.tolist()]
    if scene.trusted is not None:
        said, sure = scene.trusted.pool.argmax(axis=1), scene.trusted.pool.max(axis=1)
        likely = (pool.word != TRUSTED) & (votes >= 0) & (said != votes) & (sure >= SURE)
        rows = np.flatnonzero(likely)
        found += [pool.ids[row] for row in rows[np.argsort(-sure[rows], kind="stable")].tolist()]
    return tuple(found)


def speaks(scene: Scene, row: int) -> Evidence:
    """Say which functions taught this error, by the nearest rows that have its answer by votes."""
    if not (scene.voted and scene.embedded) or scene.asked.answers[row] < 0:
        return NOTHING
    taught = _teachers(scene, row)
    taught = taught[scene.pool.word[taught] == FUNCTIONS]
    if not len(taught) or scene.trusted is None:
        return NOTHING
    assert scene.pool.votes is not None  # noqa: S101 - functions have voted
    opinion = scene.trusted.pool[taught]
    answer = int(scene.asked.answers[row])
    doubtful = taught[opinion.argmax(axis=1) != answer]
    cast = (scene.pool.votes[doubtful] == answer).sum(axis=0)
    names = [scene.functions[column] for column in np.argsort(-cast)[:2].tolist() if cast[column]]
    if not names:
        return NOTHING
    near = len(scene.nearest_taught[0][row])
    words = (
        f"{len(doubtful)} of the {near} nearest training rows are {scene.task.labels[answer]} by "
        f"the votes of {' and '.join(names)}, and trusted labels say otherwise."
    )
    rows = tuple(scene.pool.ids[other] for other in doubtful.tolist())
    return Evidence(min(1.0, 2 * len(doubtful) / near), words, rows)


CAUSE = Cause("wrong_function", "A function is wrong", claims, speaks)
