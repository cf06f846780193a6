"""Ask many conditions about a corpus at once: a chunk at a time, on every core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from labeling_functions.conditions.condition import Condition, Sieve

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from curation.corpus import Corpus

CHUNK = 50_000
"""Rows looked at together, so that what is made on the way takes little memory."""


def masks(conditions: Sequence[Condition], corpus: Corpus) -> NDArray[np.bool_]:
    """Return where each condition holds.

    Returns
    -------
    bool array, shape (m, n)

    Raises
    ------
    FunctionError
        A pattern that only Python's `re` can search took too long on some row.
    """
    held = np.zeros((len(conditions), len(corpus)), dtype=np.bool_)
    leaves = list(dict.fromkeys(leaf for condition in conditions for leaf in _leaves(condition)))
    for start in range(0, len(corpus), CHUNK):
        found = _judge(leaves, corpus.take(slice(start, start + CHUNK)))
        for place, condition in enumerate(conditions):
            held[place, start : start + CHUNK] = _combined(condition, found)
    return held


def _leaves(condition: Condition) -> Iterator[Condition]:
    parts = condition.parts()
    if not parts:
        yield condition
    for part in parts:
        yield from _leaves(part)


def _combined(condition: Condition, found: dict[Condition, NDArray[np.bool_]]) -> NDArray[np.bool_]:
    parts = condition.parts()
    if not parts:
        return found[condition]
    return condition.combine([_combined(part, found) for part in parts])


def _judge(leaves: Sequence[Condition], corpus: Corpus) -> dict[Condition, NDArray[np.bool_]]:
    """Return where each leaf holds, plain ASCII rows and the others each in one pass."""
    import polars as pl

    frame = pl.DataFrame({"text": corpus.texts, "metadata": corpus.metadata})
    ascii_only = (frame["text"].str.len_bytes() == frame["text"].str.len_chars()).to_numpy()
    if ascii_only.all():
        return _pass(leaves, frame, ascii_only=True)
    plain = _pass(leaves, frame.filter(ascii_only), ascii_only=True)
    other = _pass(leaves, frame.filter(~ascii_only), ascii_only=False)
    found: dict[Condition, NDArray[np.bool_]] = {}
    for leaf in leaves:
        found[leaf] = np.empty(len(corpus), dtype=np.bool_)
        found[leaf][ascii_only], found[leaf][~ascii_only] = plain[leaf], other[leaf]
    return found


def _pass(
    leaves: Sequence[Condition], frame: pl.DataFrame, *, ascii_only: bool
) -> dict[Condition, NDArray[np.bool_]]:
    sieves = [leaf.sieve(ascii_only=ascii_only) for leaf in leaves]
    columns = [sieve.expression.alias(str(place)) for place, sieve in enumerate(sieves)]
    left = frame.select("text", *columns).drop("text")
    return {
        leaf: _confirmed(leaf, sieve, frame, left[str(place)].to_numpy().astype(np.bool_))
        for place, (leaf, sieve) in enumerate(zip(leaves, sieves, strict=True))
    }


def _confirmed(
    leaf: Condition, sieve: Sieve, frame: pl.DataFrame, left: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    if sieve.exact or not left.any():
        return left
    held = left.copy()
    held[left] = leaf.confirm(frame.filter(left))
    return held
