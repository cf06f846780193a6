"""Ask what is known already, to see how reliable people are."""

from __future__ import annotations

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy
from curation.review.strategies.random import REASON


def choose(evidence: Evidence, number: int) -> Choice:
    """Return examples with a known answer, told apart from random ones by nothing."""
    asked = evidence.waiting & evidence.known
    return Choice(evidence.least(evidence.luck, asked, number), lambda _row: REASON)


def silent(evidence: Evidence) -> str:
    """Say that no answer is known."""
    return "" if (evidence.waiting & evidence.known).any() else "No file brought an answer to ask."


GOLD = Strategy(
    name="gold",
    title="Gold questions",
    help="Known answers, asked blind: they measure the people, and change no label.",
    choose=choose,
    silent=silent,
    blind=True,
)
