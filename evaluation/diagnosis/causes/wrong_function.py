"""A wrong function: its votes are mostly wrong, and the run learned them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curation.statistics import benjamini_hochberg, wilson
from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import FUNCTIONS, TRUSTED, Mask, Rows, Scene
from evaluation.diagnosis.tightening import Tightening, meant_for, tighten

WRONG = 0.6
"""The precision below which a function is wrong."""
RARE = 0.05
"""The share of functions that are taken to be wrong before anything is known of them."""
FEWEST = 3
"""Rows on which it must be known to be wrong."""
SURE = 0.7
"""How sure trusted labels must be of another label for a vote to count as wrong."""


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that a function is wrong where trusted labels say so of most of its votes.

    Either by itself, or by how far it falls behind what functions are worth here; looking at it
    in two ways is paid for.
    """
    if not scene.voted:
        return
    counts = np.array([_right_of(scene, column) for column in range(len(scene.functions))])
    alone = benjamini_hochberg([_chance(right, n) for right, n in counts.tolist()])
    for column, beside in enumerate(_chance_fine(counts).tolist()):
        right, n = counts[column].tolist()
        own = alone[column]
        fine = min(1.0, 2 * min(beside, 1.0 if own is None else own))
        if fine < LEVEL and n - right >= FEWEST and right < WRONG * n:
            yield _claim(scene, column, (right, n), _misled_by(scene, column), fine)


def _chance(right: int, n: int) -> float | None:
    """Return the chance of so few right votes from a function that is just not wrong."""
    from scipy.stats import binom

    return float(binom.cdf(right, n, WRONG)) if n else None


def _chance_fine(counts: Rows) -> NDArray[np.float64]:
    """Return how probable it is that each function is no worse than functions are here.

    The others tell how precise functions usually are: a beta distribution by the moments of their
    precisions. A wrong one may have any precision below `WRONG`. This is the local false discovery
    rate (Efron 2010, Large-Scale Inference, ch. 5): looking at many functions is paid for by how
    seldom they are wrong.

    Parameters
    ----------
    counts : int array, shape (f, 2)
        Right votes on trusted rows, and all there.
    """
    from scipy.stats import beta, betabinom

    right, n = counts[:, 0], counts[:, 1]
    mean, strength = _usual_precision(right, n)
    usual = betabinom.pmf(right, n, mean * strength, (1 - mean) * strength)
    # The mean of a binomial over precisions that are even between 0 and WRONG.
    wrong = beta.cdf(WRONG, right + 1, n - right + 1) / (WRONG * (n + 1))
    fine = (1 - RARE) * usual
    return np.asarray(fine / np.maximum(fine + RARE * wrong, 1e-300))


def _usual_precision(right: Rows, n: Rows) -> tuple[float, float]:
    """Return the mean of a beta distribution of precisions, and how many votes it is worth.

    By the median, which a few wrong functions do not move.
    """
    judged = n >= FEWEST
    if not judged.any():
        return 0.8, 10.0
    shares = right[judged] / n[judged]
    mean = float(np.clip(np.median(shares), WRONG, 0.97))
    spread = float(np.median(np.abs(shares - mean))) * 1.4826  # of a normal, in deviations
    strength = mean * (1 - mean) / max(spread, 0.03) ** 2 - 1
    return mean, float(np.clip(strength, 4, 50))


def _right_of(scene: Scene, column: int) -> tuple[int, int]:
    """Return how many of a function's votes on trusted rows are right, and how many there are."""
    known = np.flatnonzero(scene.pool.word == TRUSTED)
    assert scene.asked.votes is not None and scene.pool.votes is not None  # noqa: S101, PT018
    votes = np.concatenate([scene.asked.votes[:, column], scene.pool.votes[known, column]])
    given = np.concatenate([scene.asked.gold, scene.pool.labels[known]])
    cast = (votes >= 0) & (given >= 0)
    return int((votes[cast] == given[cast]).sum()), int(cast.sum())


def _misled_by(scene: Scene, column: int) -> Rows:
    """Return the errors a function may be blamed for.

    It votes for another label than gold there, or it gave the wrong answer to the training rows
    that are like them.
    """
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    errors = scene.errors
    votes, answers = scene.asked.votes[errors, column], scene.asked.answers[errors]
    mask: Mask = (votes >= 0) & (votes != scene.asked.gold[errors])
    if scene.embedded:
        taught = [_share(scene, row, column) >= 0.5 for row in errors.tolist()]
        mask |= np.array(taught, dtype=np.bool_) & (answers >= 0)
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


def _claim(scene: Scene, column: int, counts: tuple[int, int], errors: Rows, fine: float) -> Claim:
    assert scene.asked.votes is not None  # noqa: S101 - functions have voted
    cast = np.flatnonzero(scene.asked.votes[:, column] >= 0)
    rows = np.union1d(cast, errors)
    others = np.setdiff1d(np.arange(len(scene.asked)), rows)
    right, n = counts
    low, high = wilson(right, n)
    return Claim(
        cause="wrong_function",
        subject=scene.functions[column],
        sentence=(
            f"{scene.functions[column]} is right on {right} of {n} rows that people or files "
            f"answered ({low:.0%} to {high:.0%}), and misled {len(errors)} of the errors."
        ),
        errors=errors,
        rows=rows,
        expected=float(scene.asked.wrong[others].mean()) if len(others) else scene.rate,
        p_value=fine,
        do="function",
        work_on=_wrong_votes(scene, column),
        latent=max(0.0, _invited(scene, column, right / n) - len(errors)),
        advice=_advice(scene, column),
    )


def _invited(scene: Scene, column: int, precision: float) -> float:
    """Return how many errors its wrong labels in training invite, were all of them learned.

    A run may shrug off wrong rows for now; as many validation rows are like them.
    """
    pool = scene.pool
    assert pool.votes is not None  # noqa: S101 - functions have voted
    taught = (pool.word == FUNCTIONS) & (pool.votes[:, column] == pool.labels)
    return float(taught.sum() * (1 - precision) * len(scene.asked) / len(pool))


def _advice(scene: Scene, column: int) -> str:
    """Say how it could be mended: by another label, or by a word to keep it off."""
    known = np.flatnonzero(scene.pool.word == TRUSTED)
    assert scene.asked.votes is not None and scene.pool.votes is not None  # noqa: S101, PT018
    votes = np.concatenate([scene.asked.votes[:, column], scene.pool.votes[known, column]])
    given = np.concatenate([scene.asked.gold, scene.pool.labels[known]])
    cast = (votes >= 0) & (given >= 0)
    labels, name = scene.task.labels, scene.functions[column]
    meant = meant_for(given[cast].tolist())
    if meant is not None and meant not in votes[cast]:
        count = int((given[cast] == meant).sum())
        return (
            f"{count} of its {int(cast.sum())} answered rows are {labels[meant]}: was that meant?"
        )
    tighter = _tighter(scene, column)
    if tighter is None:
        return ""
    return (
        f'Keep {name} off texts that say "{tighter.word}": scope=not_(words("{tighter.word}")). '
        f"Then {tighter.right} of {tighter.n} likely rows are right, {tighter.before:.0%} now."
    )


def _tighter(scene: Scene, column: int) -> Tightening | None:
    """Return a word to keep a function off, by training rows whose label is trusted or likely."""
    pool = scene.pool
    assert pool.votes is not None  # noqa: S101 - functions have voted
    votes, known = pool.votes[:, column], pool.word == TRUSTED
    label = np.where(known, pool.labels, -1)
    if scene.trusted is not None:
        sure = ~known & (scene.trusted.pool.max(axis=1) >= SURE)
        label = np.where(sure, scene.trusted.pool.argmax(axis=1), label)
    rows = np.flatnonzero((votes >= 0) & (label >= 0))
    return tighten([pool.texts[row] for row in rows.tolist()], votes[rows] == label[rows])


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
