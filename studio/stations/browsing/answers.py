"""The parts of filters that ask about answers: labels, gold, votes, conflicts, confidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.exceptions import FilterError
from curation.project import Project
from curation.registry import nearest
from curation.types import ABSTAIN, Votes, against
from studio.stations.browsing.facts import NONE, OTHER, WORDS, Codes, Facts, Mask, Opinions
from studio.stations.browsing.filters import ABSTAINS, NOBODY, UNLISTED, Part


@dataclass(frozen=True)
class Asked:
    """A question about a project's examples.

    Attributes
    ----------
    project : Project
    facts : Facts
    slices : tuple of str
        The slices the question came through, so that none asks for itself.
    """

    project: Project
    facts: Facts
    slices: tuple[str, ...] = ()


def place(names: Sequence[str], value: str, kind: str) -> int:
    """Return where a name stands; FilterError if nowhere."""
    return list(names).index(known(names, value, kind))


def known(there: Collection[str], value: str, kind: str) -> str:
    """Return a name that is there; FilterError if it is not."""
    if value not in there:
        raise FilterError(
            f"There is no {kind} {value!r} to filter by.", remedy=nearest(value, sorted(there))
        )
    return value


def has_label(asked: Asked, part: Part) -> Mask:
    """Rows we go with one of these labels for."""
    return _is_label(asked.facts, asked.facts.answers.label, part.values)


def has_gold(asked: Asked, part: Part) -> Mask:
    """Rows whose file says one of these labels."""
    return _is_label(asked.facts, asked.facts.answers.gold, part.values)


def _is_label(facts: Facts, codes: Codes, values: Sequence[str]) -> Mask:
    if not values:
        return codes != NONE
    wanted = [
        OTHER if value == UNLISTED and UNLISTED not in facts.labels
        else place(facts.labels, value, "label")
        for value in values
    ]  # fmt: skip
    return np.isin(codes, wanted)


def on_word(asked: Asked, part: Part) -> Mask:
    """Rows whose label is on the word of a person, gold, votes, or nobody."""
    names, word = [word.value for word in WORDS], asked.facts.answers.word
    codes = [NONE if value == NOBODY else place(names, value, "word") for value in part.values]
    return np.isin(word, codes) if codes else word != NONE


def voted(asked: Asked, part: Part) -> Mask:
    """Rows a function votes on, or votes so on; with no function named, any function."""
    said = _votes_of(asked, part.of)
    if not part.values:
        return _padded(asked.facts, (said != ABSTAIN).any(axis=1))
    wanted = np.isin(said, _codes(asked.facts, part.values))
    if ABSTAINS in part.values and not part.of:  # nobody votes, not: somebody abstains
        wanted = (wanted & (said != ABSTAIN)) | (said == ABSTAIN).all(axis=1, keepdims=True)
    return _padded(asked.facts, wanted.any(axis=1))


def _codes(facts: Facts, values: Sequence[str]) -> list[int]:
    """Return the votes some words stand for: a label, `not` a label, or abstain."""
    votes = {label: place for place, label in enumerate(facts.labels)}
    votes |= {f"not {label}": against(place) for place, label in enumerate(facts.labels)}
    votes[ABSTAINS] = ABSTAIN
    return [votes[known(votes, value, "vote")] for value in values]


def _votes_of(asked: Asked, function: str) -> Votes:
    """Return the votes of one function, or of all where none is named, as columns."""
    votes = _opinions(asked).votes
    names = [info.name for info in votes.functions]
    return votes.votes[:, [place(names, function, "function")]] if function else votes.votes


def in_conflict(asked: Asked, part: Part) -> Mask:
    """Rows where a function's vote and another's cannot both be right."""
    mine, others = _votes_of(asked, part.of), _opinions(asked).votes.votes
    if part.values:
        others = np.hstack([_votes_of(asked, name) for name in part.values])
    if mine is others:
        return _padded(asked.facts, _some_conflict(mine))
    found = np.zeros(len(mine), dtype=bool)
    for other in others.T:
        found |= _cannot_both(mine[:, 0], other)
    return _padded(asked.facts, found)


def _cannot_both(one: Votes, other: Votes) -> Mask:
    two_labels = (one >= 0) & (other >= 0) & (one != other)
    a_label_and_its_opposite = (one == -2 - other) & (one != ABSTAIN)
    clash: Mask = two_labels | a_label_and_its_opposite
    return clash


def _some_conflict(votes: Votes) -> Mask:
    """Rows with two labels voted for, or with one voted for and against; one pass a function."""
    first: Votes = np.full(len(votes), ABSTAIN, dtype=votes.dtype)
    found = np.zeros(len(votes), dtype=bool)
    for column in votes.T:
        found |= (column >= 0) & (first >= 0) & (column != first)
        first = np.where((first < 0) & (column >= 0), column, first)
    for column in votes.T:  # with two labels it is found already, so the first stands for all
        found |= (column < ABSTAIN) & (first == -2 - column)
    return found


def disagrees(asked: Asked, part: Part) -> Mask:
    """Rows where a function's vote is not what all votes add up to."""
    said, best = _votes_of(asked, part.of), _opinions(asked).best[:, None]
    wrong = ((said >= 0) & (said != best)) | ((said < ABSTAIN) & (said == -2 - best))
    mask: Mask = (wrong & (best != NONE)).any(axis=1)
    return _padded(asked.facts, mask)


def tied(asked: Asked, _: Part) -> Mask:
    """Rows whose votes add up to a draw."""
    return _padded(asked.facts, _opinions(asked).tied)


def confident(asked: Asked, part: Part) -> Mask:
    """Rows with votes, of a confidence in the bounds."""
    low = -np.inf if part.low is None else part.low - 1e-6
    high = np.inf if part.high is None else part.high + 1e-6
    sure = _opinions(asked).confidence
    return _padded(asked.facts, (sure >= low) & (sure <= high))


def _opinions(asked: Asked) -> Opinions:
    if asked.facts.opinions is None:
        raise FilterError(
            "There are no votes to filter by.", remedy="Run the functions first: `tunesmith vote`."
        )
    return asked.facts.opinions


def _padded(facts: Facts, mask: Any) -> Mask:  # noqa: ANN401 - of numpy, whose shapes mypy loses
    return np.concatenate([mask, np.zeros(len(facts) - facts.shelf.seen, dtype=bool)])
