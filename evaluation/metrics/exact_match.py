"""Exact match: the share of answers equal to the reference, but for white space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import normalize

from curation.types import TaskKind
from evaluation.extraction import canonical
from evaluation.metrics.shares import Proportion
from evaluation.sheet import AnswerSheet


class ExactMatch(Proportion):
    """The share of answers equal to the reference, but for white space; of spans, the same ones."""

    named = "exact_match"

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return answers and gold; spans in one order and spelling."""
        given = super().inputs(sheet)
        if sheet.task.kind is not TaskKind.EXTRACT:
            return given
        return {
            column: [
                canonical(answer, row.input, sheet.task.labels)
                for answer, row in zip(answers, sheet.rows, strict=True)
            ]
            for column, answers in given.items()
        }

    def hits(self, *, predictions: Sequence[str], references: Sequence[str]) -> list[bool]:
        """Return whether each answer is its reference."""
        pairs = zip(predictions, references, strict=True)
        return [_bare(answer) == _bare(reference) for answer, reference in pairs]


def _bare(text: str) -> str:
    return " ".join(normalize("NFC", text).split())
