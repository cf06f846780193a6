"""For each error its likeliest cause, in words, with the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.diagnosis.causes import CAUSES
from evaluation.diagnosis.claim import Claim
from evaluation.diagnosis.scene import Scene

NAMED = 0.5
"""Evidence from which on a cause is named."""
UNKNOWN = "ambiguity"
UNCLEAR = "Ambiguous, or hard"


@dataclass(frozen=True)
class Explanation:
    """Why one row was got wrong.

    Attributes
    ----------
    example_id : str
    cause : str
        A name in `CAUSES`, or `UNKNOWN`.
    subject : str
        What it is about, where the cause is claimed of more rows than this one.
    words : str
    rows : tuple of str
        Ids of the training rows behind it.
    claimed : bool
        A test says so of all rows of this cause; else only this row's neighbourhood does.
    """

    example_id: str
    cause: str
    subject: str
    words: str
    rows: tuple[str, ...]
    claimed: bool


def title(cause: str) -> str:
    """Return a cause's name as people read it."""
    return UNCLEAR if cause == UNKNOWN else str(CAUSES[cause].title)


def explain(scene: Scene, claims: Sequence[Claim]) -> tuple[Explanation, ...]:
    """Return the likeliest cause of every error, in the rows' order.

    What is claimed of many rows comes before what the neighbourhood of one speaks for; between
    two claims, and between two neighbourhoods, the stronger one counts.
    """
    by_row: dict[int, Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim.confidence * claim.explained):
        by_row |= dict.fromkeys(claim.errors.tolist(), claim)
    return tuple(_of(scene, row, by_row.get(row)) for row in scene.errors.tolist())


def _of(scene: Scene, row: int, claim: Claim | None) -> Explanation:
    id_ = scene.asked.ids[row]
    if claim is not None:
        own = CAUSES[claim.cause].speaks(scene, row)
        words = own.words or claim.sentence
        return Explanation(id_, claim.cause, claim.subject, words, own.rows, claimed=True)
    found = {name: CAUSES[name].speaks(scene, row) for name in CAUSES}
    best = max(found, key=lambda name: found[name].strength)
    if found[best].strength < NAMED:
        return Explanation(id_, UNKNOWN, "", _unclear(scene, row), _near(scene, row), claimed=False)
    return Explanation(id_, best, "", found[best].words, found[best].rows, claimed=False)


def _unclear(scene: Scene, row: int) -> str:
    if not scene.embedded:
        return "It is not known yet which texts are alike: compute embeddings first."
    if not scene.classifies:
        return "Nothing in its neighbourhood stands out."
    labels = scene.pool.labels[scene.nearest_taught[0][row]]
    gold, answer = int(scene.asked.gold[row]), int(scene.asked.answers[row])
    right, wrong = int((labels == gold).sum()), int((labels == answer).sum())
    return (
        f"Of the {len(labels)} nearest training rows {right} have the right label and {wrong} the "
        "one it gave: the texts are close to both."
    )


def _near(scene: Scene, row: int) -> tuple[str, ...]:
    if not scene.embedded or not len(scene.pool.taught):
        return ()
    return tuple(scene.pool.ids[at] for at in scene.nearest_taught[0][row].tolist())
