"""Ask where labeling functions contradict each other."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Belief, Evidence
from curation.review.span_opinions import SpanOpinions
from curation.review.strategies import Choice, Strategy


def choose(evidence: Evidence, number: int) -> Choice:
    """Return rows with votes for different labels, the closest calls first."""
    if isinstance(evidence.functions, SpanOpinions):
        return _disputed_spans(evidence, evidence.functions, number)
    ballots, belief = evidence.ballots, evidence.functions
    assert ballots is not None  # noqa: S101 - it would have been silent
    margins = belief.margins if isinstance(belief, Belief) else np.zeros(len(evidence))

    def why(row: int) -> str:
        said = ballots.count(row).most_common()
        return f"Functions disagree: {', '.join(f'{n} for {label}' for label, n in said)}"

    rows = evidence.least(margins, evidence.choosable & ballots.conflicting, number)
    return Choice(rows, why)


def _disputed_spans(evidence: Evidence, opinions: SpanOpinions, number: int) -> Choice:
    disputed = np.fromiter(map(bool, opinions.disputed), dtype=np.bool_, count=len(evidence))
    rows = evidence.least(opinions.probabilities, evidence.choosable & disputed, number)
    return Choice(rows, opinions.reason)


def silent(evidence: Evidence) -> str:
    """Say that there are not two functions that could disagree."""
    if isinstance(evidence.functions, SpanOpinions):
        return ""
    if evidence.ballots is None:
        return evidence.why_not.get("functions", "No function votes yet.")
    several = evidence.ballots.votes.shape[1] > 1
    return "" if several else "It takes two functions to disagree."


DISAGREE = Strategy(
    name="disagree",
    title="Functions disagree",
    help="Where functions contradict each other.",
    choose=choose,
    silent=silent,
)
