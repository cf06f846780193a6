"""Evidence made up for tests: a few rows, with what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from curation.corpus import Ids
from curation.review.evidence import Ballots, Belief, Evidence, Mask

LABELS = ("card", "cash", "refund")


def mask(n: int, rows: Sequence[int]) -> Mask:
    """Return a mask of some rows."""
    found = np.zeros(n, dtype=np.bool_)
    found[list(rows)] = True
    return found


def evidence(
    n: int,
    *,
    done: Sequence[int] = (),
    known: Sequence[int] = (),
    votes: object = None,
    groups: Sequence[str] = (),
    **more: Any,
) -> Evidence:
    """Return evidence of n rows e0, e1, ...; `done` ones are answered."""
    array = None if votes is None or not n else np.array(votes, dtype=np.int8).reshape(n, -1)
    return Evidence(
        ids=Ids(pl.Series("id", [f"e{i}" for i in range(n)], dtype=pl.String)),
        groups=pl.Series("group", groups or [""] * n, dtype=pl.String),
        waiting=~mask(n, done),
        known=mask(n, known),
        answered=mask(n, done),
        ballots=None if array is None else Ballots(LABELS, array),
        functions=None if array is None else belief(array),
        **more,
    )


def belief(votes: np.ndarray[Any, Any]) -> Belief:
    """Return the shares of votes as probabilities."""
    counts = np.stack([(votes == k).sum(axis=1) for k in range(len(LABELS))], axis=1)
    covered = counts.sum(axis=1) > 0
    shares = np.where(covered[:, None], counts / np.maximum(counts.sum(1), 1)[:, None], 1 / 3)
    return Belief(LABELS, shares, covered)
