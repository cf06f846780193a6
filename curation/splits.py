"""Which side of the fence an example lives on: near-duplicates together, for good."""

from __future__ import annotations

import re
from math import isclose
from unicodedata import normalize

from curation.exceptions import ProjectError
from curation.types import Split, fingerprint

_DIGITS = re.compile(r"\d+")
_SEPARATORS = re.compile(r"[\W_]+")

Shares = tuple[float, float, float]


def group_of(text: str) -> str:
    """Return the family of near-duplicates that `text` belongs to.

    Case, compatibility forms, punctuation, spacing and the value of numbers do not tell two
    members of a family apart.

    Examples
    --------
    >>> group_of("Order 123: where IS it?") == group_of("order 98, where is it")
    True
    >>> group_of("!?") == group_of("...")
    False
    """
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    plain = _SEPARATORS.sub(" ", _DIGITS.sub("0", folded)).strip()
    return fingerprint(plain or text)


def assign_split(seed: int, group: str, shares: Shares) -> Split:
    """Return the split of a group, which depends on nothing but `seed` and `shares`.

    Parameters
    ----------
    seed : int
        The project's seed.
    group : str
        The family, as from `group_of`.
    shares : tuple of float
        The shares of train, validation and test; they sum to one.

    Raises
    ------
    ProjectError
        When a share is negative or they do not sum to one.

    Examples
    --------
    >>> assign_split(13, "a family", (0.0, 0.0, 1.0))
    <Split.TEST: 'test'>
    """
    if min(shares) < 0 or not isclose(sum(shares), 1.0, abs_tol=1e-6):
        raise ProjectError(
            "The shares of train, validation and test must sum to 1.",
            where=f"shares = {shares}",
            remedy="Use for example 0.7, 0.15, 0.15.",
        )
    train, validation, _ = shares
    point = int(fingerprint(str(seed), group), 16) / 2**64
    if point < train:
        return Split.TRAIN
    return Split.VALIDATION if point < train + validation or shares[2] == 0 else Split.TEST
