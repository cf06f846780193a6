"""Which example a person should look at next, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from curation.types import (
    Annotation,
    Example,
    Finding,
    ProbableLabels,
    Split,
    VoteMatrix,
    fingerprint,
)

RANDOM_EVERY = 5
"""Every fifth card is drawn at random, so that what people say stays a fair sample too."""


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


def order_queue(
    examples: Sequence[Example],
    *,
    seen: Collection[str],
    matrix: VoteMatrix | None = None,
    probable: ProbableLabels | None = None,
    asked: Mapping[str, str] | None = None,
    seed: int = 0,
    size: int = 200,
) -> tuple[QueueItem, ...]:
    """Return the next cards, the most useful first, with a random one mixed in now and then.

    Held-out examples come in random order without a suggestion: their answers measure, so
    nothing may lead the person who gives them.

    Parameters
    ----------
    examples : sequence of Example
        The candidates, of one split.
    seen : collection of str
        Ids of examples a person has answered or skipped.
    asked : mapping of str to str, optional
        Examples that open findings ask about, and why: they come first, seen or not.
    """
    asked = asked or {}
    waiting = [e for e in examples if e.id not in seen or e.id in asked]
    if any(example.split is not Split.TRAIN for example in waiting):
        return _blind(waiting, asked, seed)[:size]
    opinions = _opinions(matrix, probable)
    ranked = sorted(
        (_rank(example, asked, opinions.get(example.id)) for example in waiting),
        key=lambda ranked: -ranked[0],
    )
    useful = [item for _, item in ranked]
    return tuple(_mix_in_random(useful, asked, seed, len(examples) - len(waiting)))[:size]


@dataclass(frozen=True)
class Opinion:
    """What the functions think of one example.

    Attributes
    ----------
    votes : Counter of str
        Votes by label.
    best : tuple of str and float, or None
        The aggregate's label and probability; None when tied or uncovered.
    margin : float
        Probability of the first label over the second.
    """

    votes: Counter[str]
    best: tuple[str, float] | None
    margin: float


def _opinions(matrix: VoteMatrix | None, probable: ProbableLabels | None) -> Mapping[str, Opinion]:
    if matrix is None or probable is None or not matrix.functions:
        return {}
    rows = {id_: i for i, id_ in enumerate(probable.example_ids)}
    top = np.sort(probable.probabilities, axis=1)
    margins = top[:, -1] - top[:, -2] if top.shape[1] > 1 else top[:, -1]
    opinions = {}
    for id_, votes in zip(matrix.example_ids, matrix.votes, strict=True):
        if id_ in rows:
            row = rows[id_]
            said = Counter(matrix.labels[vote] for vote in votes if vote >= 0)
            opinions[id_] = Opinion(said, probable.best(row), float(margins[row]))
    return opinions


def _rank(
    example: Example, asked: Mapping[str, str], opinion: Opinion | None
) -> tuple[float, QueueItem]:
    """Return a score (higher is sooner) and the card."""
    suggestion, confidence = (opinion.best if opinion else None) or (None, None)
    score, reason = _worth(example, opinion)
    if example.id in asked:
        score, reason = 10.0, f"Finding: {asked[example.id]}"
    return score, QueueItem(example, reason, suggestion, confidence)


def _worth(example: Example, opinion: Opinion | None) -> tuple[float, str]:
    if example.reference is not None:
        return -1.0, "It has a gold answer; a second look"
    if opinion is None:
        return 1.0, "Nobody has said anything yet"
    if not opinion.votes:
        return 1.0, "No function votes on it"
    if len(opinion.votes) > 1:
        said = ", ".join(f"{n} for {label}" for label, n in opinion.votes.most_common())
        return 3.0 - opinion.margin, f"Functions disagree: {said}"
    voters = opinion.votes.total()
    label = next(iter(opinion.votes))
    return 0.5 / voters, f"{voters} {'function says' if voters == 1 else 'functions say'} {label}"


def _mix_in_random(
    items: list[QueueItem], asked: Mapping[str, str], seed: int, done: int
) -> list[QueueItem]:
    """Put a random card at every fifth place, after the findings.

    Places are counted from the first card ever answered, `done` cards ago: a queue that is
    ordered anew after every answer would otherwise never come to its fifth.
    """
    first = [item for item in items if item.example.id in asked]
    rest = [item for item in items if item.example.id not in asked]
    drawn = sorted(
        (item for item in rest if item.example.reference is None),
        key=lambda item: fingerprint(str(seed), item.example.id),
    )
    share = (done + len(drawn)) // RANDOM_EVERY - done // RANDOM_EVERY
    chosen = {item.example.id for item in drawn[:share]}
    randoms = iter([_blinded(item) for item in drawn if item.example.id in chosen])
    useful = iter([item for item in rest if item.example.id not in chosen])
    mixed = []
    for place in range(done + 1, done + len(rest) + 1):
        source, other = (randoms, useful) if place % RANDOM_EVERY == 0 else (useful, randoms)
        mixed.append(next(source, None) or next(other))
    return first + mixed


def _blinded(item: QueueItem) -> QueueItem:
    return QueueItem(item.example, "Drawn at random, so that the sample stays fair")


def _blind(
    examples: Sequence[Example], asked: Mapping[str, str], seed: int
) -> tuple[QueueItem, ...]:
    shuffled = list(examples)
    Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    shuffled.sort(key=lambda e: (e.id not in asked, e.reference is not None))
    return tuple(QueueItem(e, _blind_reason(e, asked)) for e in shuffled)


def _blind_reason(example: Example, asked: Mapping[str, str]) -> str:
    if example.id in asked:
        return "A finding asks for a second look"  # its title may name the answer
    if example.reference is not None:
        return "It has a gold answer; a second look"
    return f"Drawn at random for the {'exam' if example.split is Split.TEST else 'validation set'}"


def asked_by(
    findings: Iterable[Finding], standing: Mapping[str, Sequence[Annotation]]
) -> dict[str, str]:
    """Return the examples that open findings want a person to look at, and why.

    An example a person has spoken on since the finding was opened has been looked at, and one
    that a person excluded needs no look.
    """
    return {
        id_: finding.title
        for finding in findings
        if finding.closed_by is None and finding.action == "review"
        for id_ in finding.example_ids
        if not any(
            said.at > finding.created_at or said.action == "exclude"
            for said in standing.get(id_, ())
        )
    }
