"""Find slices where a run errs more, on one half of the rows, and test them on the other.

Searching thousands of subsets always finds bad ones: on errors that fall at random the worst of
them looks twice as bad as the rest. What is told here is what the other half bears out, corrected
for all that was tested there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.statistics import benjamini_hochberg, wilson
from evaluation.slicing.features import Feature

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

LEVEL = 0.025
"""Of each half: both together report a slice where there is none in at most 1 of 20 runs."""
LEAST_ROWS = 10
"""Rows of a slice in the half it is tested on."""
LEAST_RATIO = 1.3
"""Times the error rate of the other rows, measured where it is tested."""
TESTED = 20
"""Slices that are taken from one half to the other."""
COMBINED = 30
"""Features of which pairs are tried."""
SAME = 0.5
"""Slices that share this part of all their rows are one."""
SEED = 13


@dataclass(frozen=True)
class Discovered:
    """A slice on which a run errs more than elsewhere.

    Attributes
    ----------
    name : str
    rows : int array
        All its rows.
    n, errors : int
        Of the half it was tested on.
    rate, low, high : float
        The error rate there, with Wilson's 95 % interval.
    elsewhere : float
        The error rate of the other rows there.
    explained : float
        The share of all errors there that are beyond what the other rows' rate would bring.
    p_value : float
        Corrected for all slices tested on that half.
    """

    name: str
    rows: Rows
    n: int
    errors: int
    rate: float
    low: float
    high: float
    elsewhere: float
    explained: float
    p_value: float


@dataclass(frozen=True)
class Candidate:
    """A slice that one half of the rows suggests."""

    name: str
    mask: Mask
    promise: float


def discover(
    wrong: Mask, found: Sequence[Feature], families: Sequence[str], *, seed: int = SEED
) -> tuple[Discovered, ...]:
    """Return the slices that one half finds and the other bears out, most errors explained first.

    Parameters
    ----------
    wrong : bool array, shape (n,)
    found : sequence of Feature
    families : sequence of str, length n
        Families stay in one half: near-duplicates would bear each other out.
    seed : int
    """
    if not found or not wrong.any() or wrong.all():
        return ()
    first = _half(families, seed)
    tested = [
        slice_
        for finding in (first, ~first)
        for slice_ in _tested(wrong, ~finding, _promising(wrong, finding, found))
    ]
    return _apart(sorted(tested, key=lambda one: -one.explained))


def _half(families: Sequence[str], seed: int) -> Mask:
    """Return which rows are in the first half, families whole."""
    _, family = np.unique(np.asarray(families, dtype=object), return_inverse=True)
    coin = np.random.default_rng(seed).permutation(family.max(initial=-1) + 1) % 2
    return np.asarray(coin[family] == 0, dtype=np.bool_)


def _promising(wrong: Mask, half: Mask, found: Sequence[Feature]) -> list[Candidate]:
    """Return the slices that stand out in one half: features, and pairs of the best."""
    masks = np.array([feature.mask for feature in found])
    alone = _stand_out(masks[:, half], wrong[half])
    best = np.argsort(-alone, kind="stable")[:COMBINED]
    made = [Candidate(found[at].name, masks[at], alone[at]) for at in best if alone[at] > 0]
    for at in best[alone[best] > 0].tolist():
        both = masks & masks[at]
        promise = _stand_out(both[:, half], wrong[half])
        for other in np.argsort(-promise, kind="stable")[:3].tolist():
            # A pair must promise more than either: else the plainer slice says it.
            better = promise[other] > 1.1 * max(alone[at], alone[other])
            if better and found[other].about != found[at].about:
                name = f"{found[at].name}, {found[other].name}"
                made.append(Candidate(name, both[other], promise[other]))
    ordered = sorted(made, key=lambda one: -one.promise)
    return _different(ordered)[:TESTED]


def _stand_out(masks: Mask, wrong: Mask) -> NDArray[np.float64]:
    """Return how far each slice's errors exceed what is usual, in standard deviations, (m,).

    0 for slices of too few rows.
    """
    rows, errors = masks.sum(axis=1), masks @ wrong.astype(np.int64)
    n, total = len(wrong), int(wrong.sum())
    share = total / n
    expected = rows * share
    spread = np.sqrt(np.maximum(expected * (1 - share) * (n - rows) / max(1, n - 1), 1e-12))
    found = (errors - expected) / spread
    return np.where((rows >= LEAST_ROWS) & (rows < n), np.maximum(found, 0), 0.0)


def _different(ordered: Sequence[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for one in ordered:
        if all(_shared(one.mask, other.mask) < SAME for other in kept):
            kept.append(one)
    return kept


def _shared(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _tested(wrong: Mask, half: Mask, candidates: Sequence[Candidate]) -> list[Discovered]:
    """Return the candidates that a half of the rows they were not found on bears out."""
    counts = [_counts(wrong[half], one.mask[half]) for one in candidates]
    corrected = benjamini_hochberg([_chance(*count) for count in counts])
    made = []
    for one, (errors, n, others, m), p_value in zip(candidates, counts, corrected, strict=True):
        if p_value is None or p_value >= LEVEL or errors * m < LEAST_RATIO * others * n:
            continue
        low, high = wilson(errors, n)
        beyond = errors - others / m * n
        made.append(
            Discovered(
                one.name, np.flatnonzero(one.mask), n, errors, errors / n, low, high,
                others / m, beyond / (errors + others), p_value,
            )
        )  # fmt: skip
    return made


def _counts(wrong: Mask, mask: Mask) -> tuple[int, int, int, int]:
    """Return errors and rows inside, then outside."""
    inside, outside = wrong[mask], wrong[~mask]
    return int(inside.sum()), len(inside), int(outside.sum()), len(outside)


def _chance(errors: int, n: int, others: int, m: int) -> float | None:
    """Return Fisher's one-sided p-value; None where there are too few rows to test."""
    if n < LEAST_ROWS or not m:
        return None
    from scipy.stats import hypergeom

    return float(hypergeom.sf(errors - 1, n + m, errors + others, n))


def _apart(ordered: Sequence[Discovered]) -> tuple[Discovered, ...]:
    """Merge slices that share rows: what explains most stands for what is mostly inside it."""
    kept: list[tuple[Discovered, set[int]]] = []
    for one in ordered:
        mine = set(one.rows.tolist())
        if all(len(mine & its) < SAME * min(len(mine), len(its)) for _, its in kept):
            kept.append((one, mine))
    return tuple(one for one, _ in kept)
