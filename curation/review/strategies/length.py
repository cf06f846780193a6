"""Ask texts of all lengths, where texts are to be written: the long ones are the hard ones."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy

STEPS = 10
"""Classes of length, each with as many examples."""


def choose(evidence: Evidence, number: int) -> Choice:
    """Return rows of every length in turn, from the longest class to the shortest."""
    rows = np.flatnonzero(evidence.choosable)
    lengths = _lengths(evidence)[rows]
    place = np.empty(len(rows), dtype=np.int64)
    place[np.argsort(-lengths, kind="stable")] = np.arange(len(rows))
    step = place * STEPS // max(len(rows), 1)
    order = np.lexsort((evidence.luck[rows], step))
    turn = np.empty(len(rows), dtype=np.int64)
    starts = np.searchsorted(step[order], np.arange(STEPS))
    turn[order] = np.arange(len(rows)) - starts[step[order]]
    chosen = np.lexsort((step, turn))[:number]
    words = {int(rows[i]): _words(int(step[i]), int(lengths[i])) for i in chosen}
    return Choice(rows[chosen], words.__getitem__)


def _lengths(evidence: Evidence) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    assert evidence.texts is not None  # noqa: S101 - it would have been silent
    return evidence.texts.str.len_chars().to_numpy().astype(np.int64)


def _words(step: int, characters: int) -> str:
    of = "the longest tenth" if step == 0 else f"tenth {step + 1} of {STEPS} by length"
    return f"{characters:,} characters, {of}"


def silent(evidence: Evidence) -> str:
    """Say that the texts are not there."""
    return "" if evidence.texts is not None else "The texts cannot be measured."


LENGTH = Strategy(
    name="length",
    title="All lengths",
    help="Texts from the longest to the shortest in turn.",
    choose=choose,
    silent=silent,
)
