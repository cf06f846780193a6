"""What is most like what: cosines of sentence embeddings, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

CELLS = 20_000_000
"""Cosines in memory together: 80 MB."""


def nearest(vectors: Floats, others: Floats, k: int) -> tuple[Rows, Floats]:
    """Return the `k` nearest of others to each vector, the nearest first, and their cosines.

    Parameters
    ----------
    vectors, others : float array, shape (n, d) and (m, d)
        Of length one.
    k : int
        As many as there are, if there are fewer.

    Returns
    -------
    int and float array, shape (n, k)
    """
    k = min(k, len(others))
    rows = np.empty((len(vectors), k), dtype=np.intp)
    alike = np.empty((len(vectors), k), dtype=np.float32)
    for part, cosines in _parts(vectors, others):
        best = np.argpartition(-cosines, k - 1, axis=1)[:, :k] if k else rows[part]
        found = np.take_along_axis(cosines, best, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        rows[part] = np.take_along_axis(best, order, axis=1)
        alike[part] = np.take_along_axis(found, order, axis=1)
    return rows, alike


def similarity_to_others(vectors: Floats, families: Sequence[str]) -> Floats:
    """Return the cosine of each row with its nearest row of another family, shape (n,).

    -1 where there is none.
    """
    _, family = np.unique(np.asarray(families, dtype=object), return_inverse=True)
    found = np.full(len(vectors), -1.0, dtype=np.float32)
    for part, cosines in _parts(vectors, vectors):
        cosines[family[part][:, None] == family[None, :]] = -1.0
        found[part] = cosines.max(axis=1, initial=-1.0)
    return found


def _parts(vectors: Floats, others: Floats) -> Iterator[tuple[slice, Floats]]:
    size = max(1, CELLS // max(1, len(others)))
    for start in range(0, len(vectors), size):
        part = slice(start, min(start + size, len(vectors)))
        yield part, vectors[part] @ others.T
