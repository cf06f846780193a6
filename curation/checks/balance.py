"""Warns of labels that training hardly sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from curation.checks import Rows
from curation.types import CheckResult, Split, Task, TaskKind

FEW = 10
"""Fewer training rows than this and a small model rarely learns a label."""


def balance(task: Task, rows: Rows) -> Iterable[CheckResult]:
    """Warn of every label with hardly a training row."""
    if task.kind is not TaskKind.CLASSIFY:
        return
    counts = Counter(row.answer for row in rows.get(Split.TRAIN, ()))
    rare = [f"{label} ({counts[label]})" for label in task.labels if counts[label] < FEW]
    if rare:
        yield CheckResult(
            check="balance",
            severity="warning",
            message=f"Hardly any training rows for {', '.join(rare)}. Label some more.",
        )
