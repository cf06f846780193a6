"""Draw at random: the only answers that estimates may be made from."""

from __future__ import annotations

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy

REASON = "Drawn at random, so that estimates stay fair"


def choose(evidence: Evidence, number: int) -> Choice:
    """Return what was left to chance, in an order that depends on the seed alone."""
    rows = evidence.least(evidence.luck, evidence.left_to_chance, number)
    return Choice(rows, lambda _row: REASON)


RANDOM = Strategy(
    name="random",
    title="Random",
    help="A fair sample, asked without suggestions: what estimates are made from.",
    choose=choose,
    blind=True,
)
