"""Ask which of two responses is better, where texts are written."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy


def choose(evidence: Evidence, number: int) -> Choice:
    """Return examples with two responses that nobody has compared yet, in a fair order."""
    among = np.zeros(len(evidence), dtype=np.bool_)
    among[evidence.pairs] = True
    rows = evidence.least(evidence.luck, among, number)
    return Choice(rows, lambda _row: "Two responses to choose between")


def silent(evidence: Evidence) -> str:
    """Say that there are no two responses to one example."""
    return "" if len(evidence.pairs) else "No example has two responses to compare."


COMPARE = Strategy(
    name="compare",
    title="Compare",
    help="Two responses to one example, to choose the better: preference pairs.",
    choose=choose,
    silent=silent,
    blind=True,
    again=True,
)
