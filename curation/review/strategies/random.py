"""Draw at random: the only answers that estimates may be made from."""

from __future__ import annotations

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy, least

REASON = "Drawn at random, so that estimates stay fair"


def choose(evidence: Evidence, number: int) -> Choice:
    """Return what waits, in an order that depends on nothing but the seed."""
    return Choice(least(evidence.luck, evidence.waiting, number), lambda _row: REASON)


RANDOM = Strategy(
    name="random",
    title="Random",
    help="A fair sample without suggestions: what the estimates are made from.",
    choose=choose,
    blind=True,
)
