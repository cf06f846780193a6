"""Ask what is unlike anything answered so far, by sentence embeddings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy
from curation.vectors import Embeddings

SAMPLED = 2_048
"""Waiting examples that are compared; a sample of more."""
ANSWERED = 1_024
"""Answered ones they are compared with."""
MOST = 120
"""Examples chosen at a time."""


def choose(evidence: Evidence, number: int) -> Choice:
    """Return rows one after another, each the farthest from what is answered or chosen.

    Farthest-first traversal: Gonzalez (1985), Clustering to minimize the maximum intercluster
    distance; as active learning, Sener and Savarese (2018), the core-set approach.
    """
    embeddings = evidence.embeddings
    assert embeddings is not None  # noqa: S101 - it would have been silent
    rows, vectors = _vectors(evidence, embeddings, evidence.choosable, SAMPLED)
    _, answered = _vectors(evidence, embeddings, evidence.answered, ANSWERED)
    likeness = (vectors @ answered.T).max(axis=1, initial=-1.0)
    chosen, near = farthest_first(vectors, likeness, min(number, MOST))
    words = {
        int(rows[place]): _words(like, any_=len(answered) > 0)
        for place, like in zip(chosen, near, strict=True)
    }
    return Choice(rows[chosen], words.__getitem__)


def _vectors(
    evidence: Evidence, embeddings: Embeddings, among: NDArray[np.bool_], most: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return rows among some, a fair sample of no more than `most`, and their embeddings."""
    rows = np.flatnonzero(among)
    if len(rows) > most:
        chance = np.random.default_rng((evidence.seed, len(rows)))
        rows = np.sort(chance.choice(rows, most, replace=False))
    places = embeddings.ids.places([evidence.ids[int(row)] for row in rows])
    there = places >= 0
    return rows[there], embeddings.matrix[places[there]].astype(np.float32)


def farthest_first(
    vectors: NDArray[np.float32], likeness: NDArray[np.float32], number: int
) -> tuple[NDArray[np.int64], list[float]]:
    """Return places chosen one after another, and how like the chosen before each one was.

    Parameters
    ----------
    vectors : float array, shape (n, d)
        Of length one.
    likeness : float array, shape (n,)
        The greatest cosine with anything answered, to begin with.

    Examples
    --------
    >>> places, _ = farthest_first(np.eye(3, dtype=np.float32), np.array([0.9, 0.1, 0.5]), 2)
    >>> places.tolist()
    [1, 2]
    """
    likeness = likeness.copy()
    chosen: list[int] = []
    near: list[float] = []
    for _ in range(min(number, len(vectors))):
        place = int(likeness.argmin())
        chosen.append(place)
        near.append(float(likeness[place]))
        likeness = np.maximum(likeness, vectors @ vectors[place])
        likeness[chosen] = np.inf
    return np.array(chosen, dtype=np.int64), near


def _words(likeness: float, *, any_: bool) -> str:
    if not any_:
        return "Unlike the others drawn so far"
    return f"Unlike anything answered so far: {max(likeness, 0.0):.2f} like the nearest"


def silent(evidence: Evidence) -> str:
    """Say that nothing is embedded."""
    if evidence.embeddings is not None:
        return ""
    return evidence.why_not.get("embeddings", "Nothing is embedded yet.")


DIVERSE = Strategy(
    name="diverse",
    title="Unlike the others",
    help="What is far from everything answered so far, by embeddings.",
    choose=choose,
    silent=silent,
)
