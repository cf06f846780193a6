"""Propose keyword functions from gold examples: words that say much more than chance."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from curation.types import ABSTAIN, Score, VoteMatrix
from labeling_functions.report import proportion
from labeling_functions.source import identifier

WORD = re.compile(r"\w+(?:['’]\w+)*")  # noqa: RUF001 - the apostrophe people type


@dataclass(frozen=True)
class Suggestion:
    """A keyword function worth writing.

    Attributes
    ----------
    name, label : str
        What it would be called, and vote.
    words : tuple of str
        What it would look for.
    precision : Score
        Gold rows of the label among the gold rows with the words. Found by searching the same
        rows, so expect a little less on new ones.
    lift : float
        Precision over the label's share of the gold rows.
    covers : int
        Gold rows with the words that no function votes on yet.
    """

    name: str
    label: str
    words: tuple[str, ...]
    precision: Score
    lift: float
    covers: int


def suggest(
    gold: Sequence[tuple[str, str, str]],
    matrix: VoteMatrix | None = None,
    *,
    least_precision: float = 0.6,
    most_coverage: float = 0.33,
    limit: int = 10,
) -> list[Suggestion]:
    """Return the words and pairs of words that single out a label, the most useful first.

    Parameters
    ----------
    gold : sequence of (example id, text, label)
        Never test rows.
    matrix : VoteMatrix, optional
        The votes there are, to prefer words on rows nobody votes on.
    least_precision : float
        What the lower end of the 95 % Wilson interval of the precision must reach.
    most_coverage : float
        Words on more than this share of the rows are left out: they tie with everything.
    limit : int
        How many at most.
    """
    labels = {example_id: label for example_id, _, label in gold}
    shares = Counter(labels.values())
    uncovered = labels.keys() - _covered(matrix)
    found = []
    for words, ids in _occurrences(gold).items():
        label, right = Counter(labels[example_id] for example_id in ids).most_common(1)[0]
        precision = proportion("precision", right, len(ids), "")
        lift = right / len(ids) / (shares[label] / len(labels))
        precise = (precision.low or 0) >= least_precision and lift > 1
        if precise and len(ids) <= most_coverage * len(labels):
            name, covers = identifier(f"says {words}"), len(ids & uncovered)
            found.append((ids, Suggestion(name, label, (words,), precision, lift, covers)))
    found.sort(key=lambda pair: (-pair[1].covers, -(pair[1].precision.low or 0), pair[1].words))
    return list(_distinct(found))[:limit]


def _covered(matrix: VoteMatrix | None) -> set[str]:
    if matrix is None:
        return set()
    voted = (matrix.votes != ABSTAIN).any(axis=1)
    return {
        example_id
        for example_id, any_vote in zip(matrix.example_ids, voted, strict=True)
        if any_vote
    }


def _occurrences(gold: Sequence[tuple[str, str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for example_id, text, _ in gold:
        for words in _grams(text):
            found[words].add(example_id)
    return found


def _grams(text: str) -> set[str]:
    lowered = text.lower()
    words = list(WORD.finditer(lowered))
    pairs = {
        f"{first[0]} {second[0]}"
        for first, second in pairwise(words)
        if lowered[first.end() : second.start()].isspace()  # a phrase does not cross a comma
    }
    return pairs | {word[0] for word in words}


def _distinct(found: list[tuple[set[str], Suggestion]]) -> Iterator[Suggestion]:
    """Leave out a suggestion whose rows an earlier one for the same label has already."""
    taken: dict[str, set[str]] = defaultdict(set)
    for ids, suggestion in found:
        if not ids <= taken[suggestion.label]:
            taken[suggestion.label] |= ids
            yield suggestion
