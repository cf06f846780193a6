"""Texts on the desk: how an example becomes a card to write or compare on, and what was said."""

from __future__ import annotations

from collections.abc import Sequence

from curation.review.queue import QueueItem
from curation.types import Annotation
from studio.components.labeller import Card, Decision
from studio.desk.words import as_annotation, chips
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
        metadata=chips(item.example, COLUMNS),
        candidates=item.candidates if compares else (),
    )


def generate_mode(item: QueueItem, responses: Sequence[Response]) -> str:
    """Return how a card is asked: compare where its two responses are there still, else write."""
    there = {response.text for response in responses}
    asked = item.mode == "compare" and len(set(item.candidates)) == 2
    return "compare" if asked and there.issuperset(item.candidates) else "write"


def text_said(decision: Decision, reviewer: str) -> Annotation:
    """Return what a person wrote, rated or preferred, to be kept.

    A text that was edited from a draft keeps the draft as the one it is better than; taking the
    draft as it is prefers nothing. A rating is of what was shown: without it there is none.
    """
    shown, rejected = decision.shown, decision.rejected
    if decision.action == "answer":
        edited = shown is not None and (decision.answer or "").strip() != shown.strip()
        rejected = shown if edited else None
    rating = None if shown is None else decision.rating
    return as_annotation(decision, reviewer).model_copy(
        update={"rating": rating, "rejected": rejected}
    )
