"""Ask where the latest model is least sure of its answer."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Belief, Evidence, Sureness
from curation.review.strategies import Choice, Strategy


def choose(evidence: Evidence, number: int) -> Choice:
    """Return the rows with the least margin, or the least sure answers."""
    if isinstance(evidence.model, Sureness):
        return _least_sure(evidence, evidence.model, number)
    model = evidence.model
    assert isinstance(model, Belief)  # noqa: S101 - it would have been silent
    rows = evidence.least(model.margins, evidence.choosable & model.covered, number)
    return Choice(rows, lambda row: f"{evidence.model_name} is torn: {model.first_two(row)}")


def _least_sure(evidence: Evidence, model: Sureness, number: int) -> Choice:
    def why(row: int) -> str:
        answer = model.answers[row]
        short = f" of {answer}" if len(answer) <= LONGEST_ANSWER and "\n" not in answer else ""
        return f"{evidence.model_name} is only {model.sure[row]:.0%} sure{short}"

    there = evidence.choosable & ~np.isnan(model.sure)
    return Choice(evidence.least(model.sure, there, number), why)


LONGEST_ANSWER = 40
"""Characters of an answer that a reason can quote."""


def silent(evidence: Evidence) -> str:
    """Say that there is no model yet."""
    return "" if evidence.model else evidence.why_not.get("model", "No model has answered yet.")


MODEL = Strategy(
    name="model",
    title="Unsure model",
    help="Where the quick model, or the newest run, hesitates between answers.",
    choose=choose,
    silent=silent,
)
