"""Estimates: only answers that chance chose and nothing led are counted."""

from __future__ import annotations

from curation.review.ledger import Ledger
from curation.types import Annotation
from studio.stations.estimates import _fair_answers


def test_only_random_cards_without_a_suggestion_are_a_fair_sample() -> None:
    ledger = Ledger()
    said = [
        Annotation(uid="1", example_id="fair", answer="card", drawn="random"),
        Annotation(uid="2", example_id="led", answer="card", drawn="random", shown="card"),
        Annotation(uid="3", example_id="bulk", answer="card", drawn="bulk", mode="bulk"),
        Annotation(uid="4", example_id="gold", answer="card", drawn="gold"),
    ]
    ledger.hear(len(said), said)
    assert _fair_answers(ledger) == {"fair": "card"}
