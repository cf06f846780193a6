"""Which example a person should look at next, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from curation.review.evidence import Evidence
from curation.review.mixing import RANDOM, Mixed
from curation.types import Annotation, Drawn, Example, Finding, Split


@dataclass(frozen=True)
class QueueItem:
    """One card of the queue.

    Attributes
    ----------
    example : Example
    reason : str
        Why it is here, in words.
    suggestion : str or None
        What the functions say; None where an unprompted answer is wanted.
    confidence : float or None
        Its probability.
    drawn : str
        The strategy that put it here; kept with the answer.
    mode : str
        How it is asked: choose, verify, spans, write or compare.
    candidates : tuple of str
        The two responses to choose between, for compare, in the order they are shown.
    """

    example: Example
    reason: str
    suggestion: str | None = None
    confidence: float | None = None
    drawn: str = ""
    mode: str = "choose"
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Queue:
    """What a reviewer is asked next in a split, and how far they are.

    Attributes
    ----------
    cards : tuple of QueueItem
    round_done, round_total : int
        Cards of the newest round that the reviewer needs not be asked any more, and all of it.
    done, total : int
        Examples of the split that people answered, and all.
    today : int
        The reviewer's answers of this day.
    pace : float or None
        Median seconds of their last answers; None before there are some.
    round_ended : bool
        Whether another round had to be drawn after one before it.
    """

    cards: tuple[QueueItem, ...]
    round_done: int = 0
    round_total: int = 0
    done: int = 0
    total: int = 0
    today: int = 0
    pace: float | None = None
    round_ended: bool = False

    @property
    def seconds_left(self) -> float | None:
        """How long the round takes at this pace; None while there is none."""
        left = self.round_total - self.round_done
        return None if self.pace is None else self.pace * left


def draw_held_out(evidence: Evidence, split: Split, size: int) -> Mixed:
    """Draw a round of a held-out split: at random, and gold last.

    The answers measure: neither the order nor a word may lead the person who gives them.
    """
    where = "exam" if split is Split.TEST else "validation set"
    rows = evidence.least(evidence.luck + evidence.known, evidence.waiting, size).tolist()
    second = "It has a gold answer; a second look"
    cards = (
        Drawn(
            example_id=evidence.ids[row],
            strategy=RANDOM,
            reason=second if evidence.known[row] else f"Drawn at random for the {where}",
        )
        for row in rows
    )
    return Mixed(tuple(cards), {})


def asked_by(
    findings: Iterable[Finding], standing: Mapping[str, Sequence[Annotation]]
) -> dict[str, str]:
    """Return the examples that open findings want a person to look at, and why.

    An example a person has spoken on since the finding was opened has been looked at, and one
    that a person excluded needs no look. A file looks at nothing, and who answers a gold question
    changes no label.
    """
    return {
        id_: finding.title
        for finding in findings
        if finding.closed_by is None and finding.action == "review"
        for id_ in finding.example_ids
        if not any(
            said.action == "exclude" or (said.at > finding.created_at and _looks(said))
            for said in standing.get(id_, ())
        )
    }


def _looks(said: Annotation) -> bool:
    return said.via != "file" and said.drawn != "gold"
