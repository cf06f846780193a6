"""Ask what is left, when the other strategies have nothing more to ask."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy


def choose(evidence: Evidence, number: int) -> Choice:
    """Return what waits, in no order that means anything; what a file answered comes last."""
    keys = np.where(evidence.known, 1.0, 0.0) + evidence.luck

    def why(row: int) -> str:
        if evidence.known[row]:
            return "It has a gold answer; a second look"
        return "Nobody has said anything yet"

    return Choice(evidence.least(keys, evidence.waiting, number), why)


REST = Strategy(
    name="rest", title="The rest", help="What is left when the others have nothing.", choose=choose
)
