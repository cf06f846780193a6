"""How a function that is often wrong could be made right: another label, or a word to keep off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.words import words

Mask = NDArray[np.bool_]

MOSTLY = 0.7
"""The share of a function's rows that must have another label for it to be meant for that one."""
FEWEST = 8
"""Rows in each half that it takes to find a word, and to measure what it brings."""
SEED = 13


@dataclass(frozen=True)
class Tightening:
    """A word that tells a function's wrong votes from its right ones.

    Attributes
    ----------
    word : str
    right, n : int
        Rows that are left without it, on the half it was not found on, and of them right.
    before : float
        The share that is right there now.
    """

    word: str
    right: int
    n: int
    before: float


def meant_for(given: Sequence[int]) -> int | None:
    """Return the label that most of a function's rows have; None where no label has most.

    Examples
    --------
    >>> meant_for([2, 2, 2, 1]), meant_for([2, 1])
    (2, None)
    """
    found = Counter(given)
    if not found:
        return None
    label, count = found.most_common(1)[0]
    return label if count >= MOSTLY * found.total() else None


def tighten(texts: Sequence[str], right: Mask) -> Tightening | None:
    """Return the word to keep a function off, found on one half of its rows, measured on the other.

    None where there are too few rows, or no word makes it better there.

    Parameters
    ----------
    texts : sequence of str, length n
        Texts it votes on.
    right : bool array, shape (n,)
    """
    first = np.random.default_rng(SEED).permutation(len(texts)) % 2 == 0
    if min(first.sum(), (~first).sum()) < FEWEST or right.all() or not right.any():
        return None
    said = [frozenset(words(text)) for text in texts]
    word = _best(said, right, first)
    if word is None:
        return None
    left = ~first & np.array([word not in mine for mine in said], dtype=np.bool_)
    before = float(right[~first].mean())
    if not left.any() or right[left].mean() <= before:
        return None
    return Tightening(word, int(right[left].sum()), int(left.sum()), before)


def _best(said: Sequence[frozenset[str]], right: Mask, half: Mask) -> str | None:
    """Return the word on most wrong rows less those on right ones, if it is worth it."""
    gain = Counter[str]()
    for mine, good, here in zip(said, right.tolist(), half.tolist(), strict=True):
        if here:
            gain.update(dict.fromkeys(mine, -2 if good else 1))
    if not gain:
        return None
    word, worth = min(gain.items(), key=lambda pair: (-pair[1], pair[0]))
    return word if worth >= max(2, 0.3 * int((half & ~right).sum())) else None
