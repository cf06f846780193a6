"""Ask again where a model has good reason to think that the answer is wrong."""

from __future__ import annotations

import numpy as np

from curation.review.evidence import Evidence
from curation.review.strategies import Choice, Strategy
from curation.types import Word


def choose(evidence: Evidence, number: int) -> Choice:
    """Return rows whose label is probably wrong, the most probable errors first.

    What people or files have answered is asked again, once.
    """
    ids = [id_ for id_ in evidence.issues if id_ not in evidence.checked]
    rows = evidence.ids.places(ids)
    sure = np.array([evidence.issues[id_].probability for id_ in ids])
    fair = evidence.choosable | (evidence.waiting & evidence.known) | evidence.answered
    kept = (rows >= 0) & fair[rows]
    order = np.argsort(-sure[kept], kind="stable")[:number]

    def why(row: int) -> str:
        issue = evidence.issues[evidence.ids[row]]
        if evidence.answered[row]:  # nobody is shown what another person said
            return "The model doubts the answer given here"
        who = "The file says" if issue.word is Word.GOLD else "Functions say"
        return f"{who} {issue.given}, the model {issue.likelier}: {issue.probability:.0%}"

    return Choice(rows[kept][order], why)


def silent(evidence: Evidence) -> str:
    """Say that no answer is in doubt."""
    if any(id_ not in evidence.checked for id_ in evidence.issues):
        return ""
    return evidence.why_not.get("issues", "No label looks wrong.")


LABEL_ERRORS = Strategy(
    name="label_errors",
    title="Likely label errors",
    help="Where the quick model contradicts the label there is, by confident learning.",
    choose=choose,
    silent=silent,
    again=True,
)
