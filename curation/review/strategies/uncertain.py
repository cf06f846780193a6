"""Ask where the functions together are least sure of their answer."""

from __future__ import annotations

from curation.review.evidence import Belief, Evidence
from curation.review.strategies import Choice, Strategy, least, silent


def choose(evidence: Evidence, number: int) -> Choice:
    """Return the rows with the least margin between the two likeliest answers."""
    belief = evidence.functions
    if not isinstance(belief, Belief):
        return silent(evidence.why_not.get("functions", "No function votes yet."))

    def why(row: int) -> str:
        (first, p), (second, q) = belief.first_two(row)
        return f"Functions together are unsure: {first} {p:.0%}, {second} {q:.0%}"

    rows = least(belief.margins, evidence.choosable & belief.covered, number)
    return Choice(rows, why)


UNCERTAIN = Strategy(
    name="uncertain",
    title="Uncertain",
    help="Where the functions' votes add up to no clear answer.",
    choose=choose,
)
