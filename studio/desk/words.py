"""What a person decided on a card, as it is kept; and the columns shown beside a card's text."""

from __future__ import annotations

from collections.abc import Collection

from curation.types import Annotation, Example
from studio.components.labeller import Decision


def as_annotation(decision: Decision, reviewer: str) -> Annotation:
    """Return a decision as the annotation that is kept."""
    return Annotation(
        uid=decision.uid,
        example_id=decision.example_id,
        action=decision.action,
        answer=decision.answer,
        reviewer=reviewer,
        via="app",
        seconds=decision.seconds,
        note=decision.note,
        flagged=decision.flagged,
        mode=decision.mode,
        drawn=decision.drawn,
        shown=decision.shown,
        rating=decision.rating,
        rejected=decision.rejected,
    )


def chips(example: Example, hidden: Collection[str] = ()) -> dict[str, str]:
    """Return the columns to show: no lists, which hold votes of a benchmark or whole chats."""
    plain = {
        name: str(value)
        for name, value in example.metadata.items()
        if isinstance(value, str | int | float) and name not in hidden
    }
    return {name: value for name, value in plain.items() if value}
