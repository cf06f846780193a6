"""What labels that people and files stand for say of every row, none of them of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]

FOLDS = 5
FEWEST = 30
"""Trusted rows it takes to have an opinion."""
SEED = 13


@dataclass(frozen=True)
class Opinions:
    """Probabilities of labels by a model of trusted labels alone.

    Attributes
    ----------
    asked : float array, shape (n, k)
        Of the validation rows, each by a model that saw neither it nor its family.
    known : float array, shape (t, k)
        The same of the trusted rows of the pool.
    pool : float array, shape (m, k)
        Of all rows of the pool.
    """

    asked: Floats
    known: Floats
    pool: Floats


def opinions(
    asked: Floats,
    gold: Whole,
    pool: Floats,
    known: NDArray[np.intp],
    given: Whole,
    families: Sequence[str],
    labels: int,
) -> Opinions | None:
    """Return what trusted labels say; None where they are too few, or all the same.

    A logistic regression on sentence embeddings, cross-fitted: what it says of a trusted row never
    comes from that row's own label. Imports scikit-learn when called.

    Parameters
    ----------
    asked : float array, shape (n, d)
    gold : int array, shape (n,)
    pool : float array, shape (m, d)
    known : int array, shape (t,)
        The rows of the pool whose label people or files stand for.
    given : int array, shape (t,)
        Their labels.
    families : sequence of str, length n + t
        Rows of one family are never on both sides.
    labels : int
    """
    vectors = np.concatenate([asked, pool[known]])
    answers = np.concatenate([gold, given])
    there = answers >= 0
    if there.sum() < FEWEST or len(np.unique(answers[there])) < 2:
        return None
    outside = _crossed(vectors, answers, _folds(families), labels)
    whole = _fit(vectors[there], answers[there])
    n = len(asked)
    return Opinions(outside[:n], outside[n:], probabilities(whole, pool, labels))


def _folds(families: Sequence[str]) -> Whole:
    _, family = np.unique(np.asarray(families, dtype=object), return_inverse=True)
    place = np.random.default_rng(SEED).permutation(family.max(initial=-1) + 1) % FOLDS
    return np.asarray(place[family], dtype=np.int64)


def _crossed(vectors: Floats, answers: Whole, folds: Whole, labels: int) -> Floats:
    found = np.full((len(vectors), labels), 1 / labels, dtype=np.float32)
    for fold in range(FOLDS):
        inside, out = (folds != fold) & (answers >= 0), folds == fold
        if out.any() and len(np.unique(answers[inside])) > 1:
            found[out] = probabilities(_fit(vectors[inside], answers[inside]), vectors[out], labels)
    return found


def _fit(vectors: Floats, answers: Whole) -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.linear_model import LogisticRegression

    # Few rows need little penalty, many do not: measured on Banking77 for the quick model.
    softness = float(np.clip(30_000 / len(answers), 10, 100))
    return LogisticRegression(C=softness, max_iter=300, tol=1e-3).fit(vectors, answers)


def probabilities(model: Any, vectors: Floats, labels: int) -> Floats:  # noqa: ANN401
    """Return a model's probabilities, shape (n, k), zero for labels it has not learnt."""
    found = np.zeros((len(vectors), labels), dtype=np.float32)
    if len(vectors):
        found[:, model.classes_] = model.predict_proba(vectors)
    return found
