"""Exact match: the share of answers equal to the reference, but for white space."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize

from evaluation.metrics.base import Proportion


class ExactMatch(Proportion):
    """The share of answers equal to the reference, but for white space."""

    named = "exact_match"

    def hits(self, *, predictions: Sequence[str], references: Sequence[str]) -> list[bool]:
        """Return whether each answer is its reference."""
        pairs = zip(predictions, references, strict=True)
        return [_bare(answer) == _bare(reference) for answer, reference in pairs]


def _bare(text: str) -> str:
    return " ".join(normalize("NFC", text).split())
