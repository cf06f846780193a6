"""The words that set some texts apart from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHOWN = 3


def distinguishing(
    texts: Sequence[frozenset[str]], mask: NDArray[np.bool_], number: int = SHOWN
) -> tuple[str, ...]:
    """Return the words that are on more of some texts than is usual, the most telling first.

    By the signed G statistic of each word's counts inside and outside.

    Parameters
    ----------
    texts : sequence of frozenset of str, length n
        The words of each text.
    mask : bool array, shape (n,)
        The texts to be named.
    number : int

    Examples
    --------
    >>> texts = [frozenset(t.split()) for t in ("my card", "a card", "my cat", "a cat")]
    >>> distinguishing(texts, np.array([True, True, False, False]), 1)
    ('card',)
    """
    inside, every = Counter[str](), Counter[str]()
    for said, mine in zip(texts, mask.tolist(), strict=True):
        every.update(said)
        if mine:
            inside.update(said)
    n, m = int(mask.sum()), len(texts)
    telling = {word: _telling(count, n, every[word], m) for word, count in inside.items()}
    order = sorted(telling, key=lambda word: (-telling[word], word))
    return tuple(order[:number])


def _telling(inside: int, n: int, every: int, m: int) -> float:
    """Return how far a word's count inside is above what its count everywhere would make it."""
    expected = every * n / m
    return 0.0 if inside <= expected else float(inside * np.log(inside / expected))
