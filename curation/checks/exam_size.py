"""Warns when the held-out splits are too small to tell two runs apart."""

from __future__ import annotations

from collections.abc import Iterable

from curation.checks import Rows
from curation.types import CheckResult, Split, Task

ENOUGH = 100
"""At 100 rows an accuracy of 80 % has a 95 % interval of about +- 8 points."""


def exam_size(_task: Task, rows: Rows) -> Iterable[CheckResult]:
    """Warn of a held-out split that is empty or small."""
    for split, use in ((Split.VALIDATION, "early stopping and errors"), (Split.TEST, "the exam")):
        n = len(rows.get(split, ()))
        if n < ENOUGH:
            yield CheckResult(
                check="exam_size",
                severity="warning",
                message=(
                    f"Only {n} {split.value} rows with an answer people stand for ({use}). "
                    f"Below about {ENOUGH} scores are uncertain: review more {split.value} rows."
                ),
            )
