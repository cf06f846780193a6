"""Ask where the functions together are least sure of their answer."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Belief, Evidence
from curation.review.span_opinions import SpanOpinions
from curation.review.strategies import Choice, Strategy

UNCOVERED = 0.5
"""How sure nobody is: less than votes that are clear, more than votes that are not."""


def choose(evidence: Evidence, number: int) -> Choice:
    """Return the rows with the least margin between the two likeliest answers."""
    if isinstance(evidence.functions, SpanOpinions):
        opinions = evidence.functions
        rows = evidence.least(opinions.probabilities, evidence.choosable, number)
        return Choice(rows, opinions.reason)
    belief = evidence.functions
    assert isinstance(belief, Belief)  # noqa: S101 - it would have been silent
    doubt = np.where(belief.covered, belief.margins, UNCOVERED)

    def why(row: int) -> str:
        if not belief.covered[row]:
            return "No function votes on it"
        return f"The functions are unsure: {belief.first_two(row)}"

    return Choice(evidence.least(doubt, evidence.choosable, number), why)


def silent(evidence: Evidence) -> str:
    """Say that no function has spoken."""
    return "" if evidence.functions else evidence.why_not.get("functions", "No function votes yet.")


UNCERTAIN = Strategy(
    name="uncertain",
    title="Unsure functions",
    help="Where the functions' votes add up to no clear answer.",
    choose=choose,
    silent=silent,
)
