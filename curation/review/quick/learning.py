"""How the quick model learns: what teaches, how much votes weigh, and rows seen from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.review.quick.lesson import VOTES, Taught
from curation.vectors import Floats

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

FOLDS = 5
FEW = 30
"""Votes teach only while people and files have said fewer answers than this a label."""
SURE = 0.8
"""The least probability at which votes teach."""
MOST_VOTES = 50
"""Labels by votes that teach, a label; a sample of more."""
WEIGHTS = (0.0, 0.1, 0.5)
"""What a label by votes may weigh."""
BLIND_WEIGHT = 0.1
"""What it weighs where too few answers are known to tell."""
ENOUGH = 20
"""Answers it takes to tell."""
SEED = 13

Probabilities = NDArray[np.float32]
Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Outside:
    """Every taught row as a model sees it that did not learn from it.

    Attributes
    ----------
    weight : float
        What labels by votes weighed.
    probabilities : float array, shape (m, k)
    judged : bool array, shape (m,)
        Rows whose label the model could have learnt from another family.
    """

    weight: float
    probabilities: Probabilities
    judged: Mask


def teaching_rows(taught: Taught, labels: int) -> Mask:
    """Return which rows teach: what people and files say, and while that is little, sure votes."""
    by_votes = taught.word == VOTES
    teaching: Mask = ~by_votes
    if teaching.sum() < FEW * labels:
        generator = np.random.default_rng(SEED)
        for label in np.unique(taught.given[by_votes]):
            rows = np.flatnonzero(by_votes & (taught.given == label) & (taught.sure >= SURE))
            teaching[generator.permutation(rows)[:MOST_VOTES]] = True
    return teaching


def softness(n: float) -> float:
    """Return `C` of a logistic regression on so many rows: few rows need it large, many do not.

    Measured on Banking77 by log loss and accuracy: 100 is best at 300 rows, 30 at 1,000, 10 from
    3,000 on, where it also makes the best of wrong labels.

    Examples
    --------
    >>> softness(300), softness(1_000), softness(10_000)
    (100.0, 30.0, 10.0)
    """
    return float(np.clip(30_000 / max(n, 1), 10, 100))


def learn(vectors: Floats, taught: Taught, rows: Mask, weight: float) -> LogisticRegression:
    """Return a model fitted on some rows, labels by votes weighing less."""
    from sklearn.linear_model import LogisticRegression

    weights = np.where(taught.word == VOTES, weight, 1.0)
    rows = rows & (weights > 0)
    model = LogisticRegression(C=softness(weights[rows].sum()), max_iter=300, tol=1e-3)
    return model.fit(vectors[rows], taught.given[rows], sample_weight=weights[rows])


def probabilities_of(model: LogisticRegression, vectors: Floats, labels: int) -> Probabilities:
    """Return a model's probabilities, shape (n, k), zero for labels it has not learnt."""
    found = np.zeros((len(vectors), labels), dtype=np.float32)
    found[:, model.classes_] = model.predict_proba(vectors)
    return found


def folds(given: Whole, family: Whole, seed: int = SEED) -> Whole:
    """Return each row's fold, shape (n,): families stay together, labels are spread evenly.

    -1 for labels that a single family has: without it nothing would be left to learn them from.

    Examples
    --------
    >>> folds(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 2])).tolist()[2:]
    [-1, -1]
    """
    order = np.random.default_rng(seed).permutation(len(given))
    _, first, families = np.unique(family[order], return_index=True, return_inverse=True)
    label = given[order][first]
    place = np.zeros(len(first), dtype=np.int64)
    for own in np.unique(label):
        members = np.flatnonzero(label == own)
        place[members] = np.arange(own, own + len(members)) % FOLDS if len(members) > 1 else -1
    found = np.empty(len(given), dtype=np.int64)
    found[order] = place[families]
    return found


def weigh(
    taught: Taught, vectors: Floats, teaching: Mask, labels: int, tell: Callable[[int, int], None]
) -> tuple[Outside, str]:
    """Return the best of the weights by what is known, and why it is."""
    known = taught.word != VOTES
    place = folds(taught.given, taught.family)
    weights, why = _candidates(teaching, known)
    tried = []
    for done, weight in enumerate(weights):
        tell(done, len(weights))
        tried.append(_outside(taught, vectors, teaching, place, weight, labels))
    losses = [_loss(one, taught.given, known) for one in tried]
    best = int(np.argmin(losses))
    if len(weights) > 1:
        each = zip(weights, losses, strict=True)
        said = ", ".join(f"{loss:.3f} at {weight:g}" for weight, loss in each)
        why = f"log loss on {int(known.sum())} known answers was {said}"
    return tried[best], why


def _candidates(teaching: Mask, known: Mask) -> tuple[tuple[float, ...], str]:
    if not (teaching & ~known).any():
        return (0.0,), "people and files have said enough, or no votes are sure"
    if not known.any():
        return (1.0,), "nothing but votes is known"
    if known.sum() < ENOUGH:
        return (BLIND_WEIGHT,), f"fewer than {ENOUGH} known answers cannot tell"
    return WEIGHTS, ""


def _outside(
    taught: Taught, vectors: Floats, teaching: Mask, place: Whole, weight: float, labels: int
) -> Outside:
    found = np.zeros((len(vectors), labels), dtype=np.float32)
    judged = np.zeros(len(vectors), dtype=np.bool_)
    for fold in range(FOLDS):
        inside, out = teaching & (place != fold), place == fold
        learnt = np.unique(taught.given[inside & ((taught.word != VOTES) | (weight > 0))])
        if out.any() and len(learnt) > 1:
            model = learn(vectors, taught, inside, weight)
            found[out] = probabilities_of(model, vectors[out], labels)
            judged |= out & np.isin(taught.given, learnt)
    return Outside(weight, found, judged)


def _loss(outside: Outside, given: Whole, known: Mask) -> float:
    """Return the mean log loss of known answers, in nats; what no model could learn costs all."""
    rows = np.flatnonzero(known)
    own = np.where(outside.judged[rows], outside.probabilities[rows, given[rows]], 0)
    return float(-np.log(np.clip(own, 1e-4, 1)).mean())
