"""How far confidence can be believed: bins of equal mass, their gaps, a reliability plot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from curation.types import ReliabilityBin, Score, TaskKind
from evaluation.intervals import Array, share_interval
from evaluation.paired import pooled
from evaluation.sheet import AnswerSheet

MOST_BINS = 15
ROWS_A_BIN = 30
"""Smaller bins show more of chance than of the model."""


def bins_for(n: int) -> int:
    """Return into how many bins of equal mass `n` answers are cut.

    Examples
    --------
    >>> bins_for(50), bins_for(200), bins_for(10_000)
    (1, 6, 15)
    """
    return max(1, min(MOST_BINS, n // ROWS_A_BIN))


def bin_of(confidences: Array, bins: int) -> NDArray[np.intp]:
    """Return each answer's bin, the least sure first; equal confidences share one.

    Parameters
    ----------
    confidences : float array, shape (n,)
    bins : int
    """
    edges = np.quantile(confidences, np.arange(1, bins) / bins)
    return np.searchsorted(edges, confidences, side="right")


def no_confidence(sheet: AnswerSheet) -> str:
    """Return why confidence cannot be held against the truth; empty where it can."""
    if not len(sheet):
        return "because there are no rows to score"
    if sheet.task.kind is not TaskKind.CLASSIFY:
        return "because the confidence of a written answer is not the chance that it is right"
    lacking = sum(prediction.confidence is None for prediction in sheet.predictions)
    return f"because {lacking} of {len(sheet)} answers carry no confidence" if lacking else ""


def confidences_and_hits(sheet: AnswerSheet) -> tuple[Array, Array]:
    """Return each answer's confidence, and 1 where it is right."""
    confidences = np.array([float(prediction.confidence or 0) for prediction in sheet.predictions])
    pairs = zip(sheet.answers, sheet.gold, strict=True)
    return confidences, np.array([float(answer == gold) for answer, gold in pairs])


def reliability(sheet: AnswerSheet) -> tuple[ReliabilityBin, ...]:
    """Return how sure and how often right the answers are, the least sure first.

    Empty where the answers carry no confidence. The bins are those of the `ece`.
    """
    if no_confidence(sheet):
        return ()
    confidences, hits = confidences_and_hits(sheet)
    places = bin_of(confidences, bins_for(len(sheet)))
    groups = np.array(sheet.groups or [row.id for row in sheet.rows], dtype=object)
    return tuple(
        _bin(confidences[places == place], hits[places == place], groups[places == place])
        for place in np.unique(places)
    )


def _bin(confidences: Array, hits: Array, groups: NDArray[np.object_]) -> ReliabilityBin:
    units = pooled(np.column_stack([hits, np.ones_like(hits)]), list(groups))
    low, high = share_interval(units) or (None, None)
    n, share = len(hits), float(hits.mean())
    accuracy = Score(metric="accuracy", value=share, low=low, high=high, n=n)
    return ReliabilityBin(n=n, confidence=float(confidences.mean()), accuracy=accuracy)
