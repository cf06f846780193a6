"""Unsupported: the share of answers with a number, date, name or value not in their input."""

from __future__ import annotations

from collections.abc import Iterator

from curation.types import TaskKind
from evaluation.extraction import claims
from evaluation.hallucination import strange_claims, unsupported
from evaluation.intervals import Array
from evaluation.metrics.catalog import VALIDITY
from evaluation.metrics.shares import Accused
from evaluation.sheet import AnswerSheet, source

GROUNDED = 0.25
"""Where more of the references than this go beyond their inputs, so may the answers."""


class Unsupported(Accused):
    """The share of answers that claim what their input does not say."""

    named = "unsupported"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, labels, or inputs that need not say it."""
        labels = sheet.task.kind is TaskKind.CLASSIFY
        reason = "because a label claims nothing about its input; see malformed"
        return reason if labels else super().undefined(sheet) or ungrounded(sheet)

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return what each answer claims beyond its input."""
        pairs = zip(sheet.predictions, sheet.rows, strict=True)
        return [unsupported(prediction, row, sheet.task) for prediction, row in pairs]

    def remarks(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield how far the value may be believed."""
        yield VALIDITY[sheet.task.kind]
        yield from beyond_inputs(sheet) if sheet.task.kind is TaskKind.GENERATE else ()
        yield from paraphrases(sheet) if sheet.task.kind is TaskKind.EXTRACT else ()
        yield from super().remarks(sheet, units)


def ungrounded(sheet: AnswerSheet) -> str:
    """Return why inputs say nothing about answers: even the references go beyond them."""
    if sheet.task.kind is not TaskKind.GENERATE or not len(sheet):
        return ""
    beyond, n = _beyond(sheet), len(sheet)
    if beyond <= GROUNDED * n:
        return ""
    return (
        f"because {beyond} of {n} references claim what their inputs do not say: answers to this "
        "task need not come from the input"
    )


def beyond_inputs(sheet: AnswerSheet) -> Iterator[str]:
    """Yield how often the same check accuses the references: about so often it is wrong."""
    yield f"The references are accused in {_beyond(sheet)} of {len(sheet)}"


def paraphrases(sheet: AnswerSheet) -> Iterator[str]:
    """Yield how many answers say in other words what their input says; they are not counted."""
    pairs = zip(sheet.answers, sheet.rows, strict=True)
    found = sum(bool(claims(answer, row, sheet.task).paraphrased) for answer, row in pairs)
    if found:
        yield f"{found} answers put a value of their input in other words, which is not counted"


def _beyond(sheet: AnswerSheet) -> int:
    return sum(bool(strange_claims(row.answer, source(row))) for row in sheet.rows)
