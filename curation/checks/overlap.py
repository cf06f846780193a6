"""Refuses training rows that say the same as a held-out row: they would leak the exam."""

from __future__ import annotations

from collections.abc import Iterable

from curation.checks import Rows
from curation.splits import group_of
from curation.types import CheckResult, Split, Task, fingerprint


def likeness(text: str) -> str:
    """Return a key that two rewordings share when they use the same words in any order."""
    return fingerprint(*sorted(set(text.casefold().split())))


def keys(text: str) -> tuple[str, str]:
    """Return the keys by which two texts count as the same."""
    return group_of(text), likeness(text)


def overlapping(rows: Rows) -> tuple[str, ...]:
    """Return the ids of training rows whose text is also, or nearly, in a held-out split."""
    held_out = {
        key
        for split in (Split.VALIDATION, Split.TEST)
        for row in rows.get(split, ())
        for key in keys(row.input)
    }
    train = rows.get(Split.TRAIN, ())
    return tuple(row.id for row in train if not held_out.isdisjoint(keys(row.input)))


def overlap(_task: Task, rows: Rows) -> Iterable[CheckResult]:
    """Refuse to freeze when training and held-out rows overlap."""
    found = overlapping(rows)
    if found:
        yield CheckResult(
            check="overlap",
            severity="refuse",
            message=(
                f"{len(found)} training rows say the same as a validation or exam row. "
                "Freeze again with these left out of training (--drop-overlap)."
            ),
            example_ids=found,
        )
