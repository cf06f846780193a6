"""Ask where labeling functions contradict each other."""

from __future__ import annotations

from collections import Counter

import numpy as np

from curation.review.evidence import Belief, Evidence
from curation.review.span_opinions import SpanOpinions
from curation.review.strategies import Choice, Strategy


def choose(evidence: Evidence, number: int) -> Choice:
    """Return rows with votes for different labels, the closest calls first."""
    if isinstance(evidence.functions, SpanOpinions):
        return _disputed_spans(evidence, evidence.functions, number)
    belief = evidence.functions
    margins = belief.margins if isinstance(belief, Belief) else np.zeros(len(evidence))
    rows = evidence.least(margins, evidence.choosable & evidence.conflicting, number)

    def why(row: int) -> str:
        votes = evidence.votes[row] if evidence.votes is not None else ()
        said = Counter(evidence.labels[vote] for vote in votes if vote >= 0)
        return "Functions disagree: " + ", ".join(
            f"{n} for {label}" for label, n in said.most_common()
        )

    return Choice(rows, why)


def _disputed_spans(evidence: Evidence, opinions: SpanOpinions, number: int) -> Choice:
    disputed = np.fromiter(map(bool, opinions.disputed), dtype=np.bool_, count=len(evidence))
    rows = evidence.least(opinions.probabilities, evidence.choosable & disputed, number)
    return Choice(rows, opinions.reason)


def silent(evidence: Evidence) -> str:
    """Say that there are not two functions that could disagree."""
    if evidence.votes is None and not isinstance(evidence.functions, SpanOpinions):
        return evidence.why_not.get("functions", "No function votes yet.")
    there = evidence.votes is None or evidence.votes.shape[1] > 1
    return "" if there else "It takes two functions to disagree."


DISAGREE = Strategy(
    title="Functions disagree",
    help="Where functions contradict each other.",
    choose=choose,
    silent=silent,
)
