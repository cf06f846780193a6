"""Choose the aggregator by gold: one that is not worse than majority, and majority in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from curation.statistics import Z95
from curation.types import VoteMatrix
from labeling_functions.aggregation.aggregate import AGGREGATORS
from labeling_functions.aggregation.comparing import THRESHOLD, Candidate, compare
from labeling_functions.aggregation.evidence import check, gold_of

LEAST_GOLD = 30
"""With fewer gold rows there is nothing to choose by."""
HARM = 0.01
"""How much worse than majority a choice may be in a bad case, to be made at all."""
UNSURE = 0.1
"""How many fewer of its answers than of majority's may reach the threshold, as a share."""
BAD, LIKELY = 1.5, 1.0
"""Standard errors below the gain measured: of a bad case, and of the gain candidates vie by."""
QUICK = tuple(name for name in AGGREGATORS if name != "label_model")
"""What is chosen from. Snorkel's model is left out: its cost, and its scatter from seed to seed."""


@dataclass(frozen=True)
class Choice:
    """The aggregator to use, and why.

    Attributes
    ----------
    aggregator : str
    otherwise : str or None
        The label gold advises for rows left undecided. It is advice: `aggregate` leaves them so.
    why : str
        The reason, as a sentence.
    candidates : tuple of Candidate
        What was compared; empty when there was too little gold.
    """

    aggregator: str
    otherwise: str | None
    why: str
    candidates: tuple[Candidate, ...] = ()


def choose(
    matrix: VoteMatrix,
    gold: Mapping[str, str],
    *,
    seed: int = 13,
    threshold: float = THRESHOLD,
) -> Choice:
    """Choose the aggregator that gold says is best, and majority in doubt.

    One that is not majority must score higher, and its gain over majority on the same rows, less
    one and a half standard errors of that gain, must not fall below -`HARM`. Of those the one
    whose gain less one standard error is largest is taken. So a handful of gold rows changes
    little, and many bring what is there. The numbers were set on simulated votes. One that is
    best because it never gives the rare label is not taken, nor one that is so unsure that many
    fewer of its answers than of majority's reach the threshold: right answers nobody goes with
    teach nothing.

    Raises
    ------
    AggregationError
        The task has no labels.
    """
    check(matrix)
    known = int((gold_of(matrix, gold) >= 0).sum())
    if known < LEAST_GOLD:
        return Choice("majority", None, f"There are {known} gold rows; {LEAST_GOLD} can choose.")
    candidates = compare(matrix, gold, QUICK, seed=seed, threshold=threshold)
    safe = [candidate for candidate in candidates if _safe(candidate, candidates[0])]
    best = max(safe, key=lambda candidate: _gain(candidate, LIKELY))
    return Choice(best.aggregator, best.otherwise, _why(best, candidates[0]), candidates)


def _safe(candidate: Candidate, majority: Candidate) -> bool:
    if candidate.aggregator == "majority" and candidate.otherwise is None:
        return True
    if not candidate.score_covered.value:  # it never gives the rare label where there are votes
        return False
    if (candidate.kept.value or 0.0) < (majority.kept.value or 0.0) - UNSURE:
        return False
    return _gain(candidate, 0) > 0 and _gain(candidate, BAD) > -HARM


def _gain(candidate: Candidate, errors: float) -> float:
    """Return the gain over majority less so many standard errors."""
    gain = candidate.beyond
    if gain.value is None or gain.high is None or gain.low is None:
        return -1.0
    return gain.value - errors * (gain.high - gain.low) / (2 * Z95)


def _why(best: Candidate, majority: Candidate) -> str:
    theirs, ours = majority.score.value or 0.0, best.score.value or 0.0
    judged = f"{best.score.metric} on {best.score.n} gold rows, cross-validated"
    if best is majority:
        return f"Nothing is safely better than majority: {theirs:.3f} {judged}."
    rest = f", rows left undecided being answered {best.otherwise!r}" if best.otherwise else ""
    return f"{best.aggregator} reaches {ours:.3f} {judged}{rest}; majority {theirs:.3f}."
