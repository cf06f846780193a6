"""What can be wrong with a dataset: one file a check, run before every freeze."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from curation.registry import Registry
from curation.types import CheckResult, DatasetRow, Split, Task

Rows = Mapping[Split, Sequence[DatasetRow]]

CHECKS = Registry(
    "check",
    {
        "overlap": "curation.checks.overlap:overlap",
        "balance": "curation.checks.balance:balance",
        "exam_size": "curation.checks.exam_size:exam_size",
    },
)


class Check(Protocol):
    """Looks at the rows about to be frozen."""

    def __call__(self, task: Task, rows: Rows, /) -> Iterable[CheckResult]:
        """Yield what is wrong; nothing when all is well."""
        ...


def run_checks(task: Task, rows: Rows) -> tuple[CheckResult, ...]:
    """Return what every registered check found."""
    return tuple(result for name in CHECKS for result in CHECKS[name](task, rows))
