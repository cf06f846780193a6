"""Suspect gold: people or files gave a label that everything else contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.statistics import benjamini_hochberg
from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import TRUSTED, Floats, Scene
from evaluation.diagnosis.trusted import Opinions, Whole

Doubles = NDArray[np.float64]

FEWEST = 4
"""Contradicted rows of two labels that are worth a claim."""
LEAST_SPREAD = 0.05
"""What rates of pairs spread at least; a few pairs may look alike by luck."""
WINDOW = 0.05
"""The share of all pairs of labels, those about as alike, that says what is usual of a pair."""


@dataclass(frozen=True)
class Contradicted:
    """Trusted rows, and what model and trusted labels together say they are.

    Attributes
    ----------
    given, said : int array, shape (t,)
        The label a row has, and the one that all else agrees on; -1 where it does not.
    ids : sequence of str, length t
        Validation rows first.
    sure : float array, shape (t,)
    """

    given: Whole
    said: Whole
    ids: list[str]
    sure: Floats


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim that one label was given for another, where that happens more than between such labels.

    Labels that are alike are confused by models and people; how often, all pairs about as alike
    tell. Counts of pairs vary more than by chance alone, so they are taken as negative binomial
    with the spread that is seen.
    """
    if scene.trusted is None:
        return
    rows = _contradicted(scene, scene.trusted)
    for meant, given, count, usual, p_value in _unusual_pairs(scene, rows):
        yield _claim(scene, rows, meant, given, count, usual, p_value)


def _contradicted(scene: Scene, trusted: Opinions) -> Contradicted:
    asked, pool = scene.asked, scene.pool
    known = np.flatnonzero(pool.word == TRUSTED)
    by_asked, by_known = trusted.asked.argmax(axis=1), trusted.known.argmax(axis=1)
    sure = np.concatenate([trusted.asked.max(axis=1), trusted.known.max(axis=1)])
    usual = _self_confidence(trusted, asked.gold, pool.labels[known])
    said = np.concatenate(
        [
            np.where(by_asked == asked.answers, by_asked, -1),
            np.where(trusted.known.max(axis=1) >= usual[by_known], by_known, -1),
        ]
    )
    return Contradicted(
        given=np.concatenate([asked.gold, pool.labels[known]]),
        said=said,
        ids=[*asked.ids, *(pool.ids[row] for row in known.tolist())],
        sure=sure,
    )


def _self_confidence(trusted: Opinions, gold: Whole, given: Whole) -> Floats:
    """Return each label's mean probability on the rows that have it (Northcutt et al. 2021)."""
    probabilities = np.concatenate([trusted.asked, trusted.known])
    labels = np.concatenate([gold, given])
    found = np.ones(probabilities.shape[1], dtype=np.float32)
    for label in range(len(found)):
        own = labels == label
        found[label] = probabilities[own, label].mean() if own.any() else 1.0
    return found


def _unusual_pairs(
    scene: Scene, rows: Contradicted
) -> Iterator[tuple[int, int, int, float, float]]:
    """Yield (meant, given, count, usual count, adjusted p-value) of unusual pairs."""
    k = len(scene.task.labels)
    counts = np.zeros((k, k))
    said = (rows.said >= 0) & (rows.given >= 0)
    np.add.at(counts, (rows.said[said], rows.given[said]), 1)
    meant, given = np.nonzero(~np.eye(k, dtype=bool))
    there = counts.sum(axis=1)[meant] > 0
    meant, given = meant[there], given[there]
    if len(meant) < 2:
        return
    seen, exposure = counts[meant, given], counts.sum(axis=1)[meant]
    usual, spread = _usual(_likeness(scene)[meant, given], seen, exposure)
    p_values = benjamini_hochberg(_tail(seen, usual * exposure, spread).tolist())
    for at in np.argsort(-seen, kind="stable").tolist():
        p = p_values[at]
        if p is not None and p < LEVEL and seen[at] >= FEWEST:
            expected = float(usual[at] * exposure[at])
            yield int(meant[at]), int(given[at]), int(seen[at]), expected, p


def _likeness(scene: Scene) -> Floats:
    """Return the cosine of every two labels' mean texts, shape (k, k)."""
    assert scene.asked.vectors is not None  # noqa: S101 - there are opinions only with vectors
    k = len(scene.task.labels)
    means = np.zeros((k, scene.asked.vectors.shape[1]), dtype=np.float32)
    for label in range(k):
        own = scene.asked.gold == label
        means[label] = scene.asked.vectors[own].mean(axis=0) if own.any() else 0
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    means = means / np.maximum(norms, 1e-9)
    return np.asarray(means @ means.T, dtype=np.float32)


def _usual(alike: Floats, seen: Doubles, exposure: Doubles) -> tuple[Doubles, Doubles]:
    """Return each pair's usual rate, and how much rates spread beyond chance.

    Both are those of the pairs about as alike, the pair itself left out: it may be the fault.
    """
    order = np.argsort(alike, kind="stable")
    reach = max(3, int(WINDOW * len(order)))
    usual, spread = np.empty(len(order)), np.empty(len(order))
    for place, at in enumerate(order.tolist()):
        around = order[max(0, place - reach) : place + reach + 1]
        around = around[around != at]
        usual[at] = (seen[around].sum() + 0.5) / (exposure[around].sum() + 1)
        spread[at] = _spread(seen[around], usual[at] * exposure[around])
    return usual, spread


def _spread(seen: Doubles, expected: Doubles) -> float:
    """Return the variance of rates beyond Poisson's, as a share of their mean squared."""
    beyond = ((seen - expected) ** 2 - expected).sum() / max(float((expected**2).sum()), 1e-9)
    return max(LEAST_SPREAD, float(beyond))


def _tail(seen: Doubles, expected: Doubles, spread: Doubles) -> Doubles:
    """Return the chance of so many or more, by the negative binomial distribution."""
    from scipy.stats import nbinom

    size = 1 / spread
    return np.asarray(nbinom.sf(seen - 1, size, size / (size + expected)))


def _claim(
    scene: Scene,
    rows: Contradicted,
    meant: int,
    given: int,
    count: int,
    usual: float,
    p_value: float,
) -> Claim:
    labels, n = scene.task.labels, len(scene.asked)
    suspects = np.flatnonzero((rows.said == meant) & (rows.given == given))
    order = suspects[np.argsort(-rows.sure[suspects], kind="stable")]
    asked = np.sort(suspects[suspects < n])
    shared = np.flatnonzero((rows.said[:n] == meant) & np.isin(scene.asked.gold, (meant, given)))
    left = min(len(asked), usual * len(asked) / max(1, count))
    return Claim(
        cause="suspect_gold",
        subject=f"{labels[given]} for {labels[meant]}",
        sentence=(
            f"{count} rows that people or files call {labels[given]} are {labels[meant]} to the "
            f"model and to what other trusted labels say; between two labels about as alike "
            f"{usual:.1f} would be usual."
        ),
        errors=asked[scene.asked.wrong[asked]],
        rows=shared,
        expected=left / max(1, len(shared)),
        p_value=p_value,
        do="recheck",
        work_on=tuple(rows.ids[row] for row in order.tolist()),
    )


def speaks(scene: Scene, row: int) -> Evidence:
    """Say how far what trusted labels say contradicts this row's own."""
    trusted, answer, gold = scene.trusted, int(scene.asked.answers[row]), scene.asked.gold[row]
    if trusted is None or answer < 0 or trusted.asked[row].argmax() != answer:
        return NOTHING
    labels, own = scene.task.labels, trusted.asked[row]
    words = (
        f"Trusted labels elsewhere agree with the model on {labels[answer]} ({own[answer]:.0%}; "
        f"{labels[gold]} {own[gold]:.0%}): the gold label may be wrong."
    )
    return Evidence(float(own[answer] - own[gold]), words)


CAUSE = Cause("suspect_gold", "Gold label suspect", claims, speaks)
