"""Texts on the desk: how an example becomes a card to write or compare on, and what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from curation.review.queue import QueueItem
from curation.types import Annotation, Example
from studio.components.labeller import Card, Decision
from studio.stations.responses import COLUMNS, Response, draft_for


def writing_card(item: QueueItem, responses: Sequence[Response]) -> Card:
    """Return the card on which a text is written, or the better of two chosen.

    Where the responses come from stays on this side: who chooses must not know.
    """
    compares = generate_mode(item, responses) == "compare"
    return Card(
        id=item.example.id,
        text=item.example.input,
        mode="compare" if compares else "write",
        drawn=item.drawn,
        reason=item.reason,
        suggestion=None if compares else draft_for(item, responses),
        metadata=chips(item.example),
        candidates=item.candidates if compares else (),
    )


def generate_mode(item: QueueItem, responses: Sequence[Response]) -> str:
    """Return how a card is asked: compare where its two responses are there still, else write."""
    there = {response.text for response in responses}
    asked = item.mode == "compare" and len(set(item.candidates)) == 2
    return "compare" if asked and there.issuperset(item.candidates) else "write"


def chips(example: Example) -> Mapping[str, str]:
    """Return the columns to show beside a text: short values, and none that holds a response."""
    plain = {
        name: str(value)
        for name, value in example.metadata.items()
        if isinstance(value, str | int | float) and name not in COLUMNS
    }
    return {name: value for name, value in plain.items() if value}


def text_said(decision: Decision, reviewer: str) -> Annotation:
    """Return what a person wrote, rated or preferred, to be kept.

    A text that was edited from a draft keeps the draft as the one it is better than; taking the
    draft as it is prefers nothing. A rating is of what was shown: without it there is none.
    """
    shown, rejected = decision.shown, decision.rejected
    if decision.action == "answer":
        edited = shown is not None and (decision.answer or "").strip() != shown.strip()
        rejected = shown if edited else None
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
        shown=shown,
        rating=None if shown is None else decision.rating,
        rejected=rejected,
    )
