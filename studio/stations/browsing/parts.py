"""What each part of a filter asks of the facts: one function a kind, each returning a mask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from curation.corpus import Corpus
from curation.datasets import read_rows, versions
from curation.exceptions import FilterError
from curation.project import Project
from curation.slices import find_slice
from curation.types import ABSTAIN, Split, against
from labeling_functions.conditions import condition_from, masks
from studio.stations.browsing.facts import NONE, SPLITS, WORDS, Facts, Mask, Opinions, Rows
from studio.stations.browsing.filters import ABSTAINS, KNOWING, Filter, Part, filter_from
from studio.stations.browsing.rules import condition_of


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


Ask = Callable[[Asked, Part], Mask]


def _label(asked: Asked, part: Part) -> Mask:
    return _is_label(asked.facts, asked.facts.label, part.values)


def _gold(asked: Asked, part: Part) -> Mask:
    return _is_label(asked.facts, asked.facts.gold, part.values)


def _is_label(facts: Facts, codes: Rows, values: Sequence[str]) -> Mask:
    if not values:
        return codes != NONE
    unknown = [value for value in values if value not in facts.labels]
    if unknown:
        raise _absent("label", unknown[0], facts.labels)
    return np.isin(codes, [facts.labels.index(value) for value in values])


def _word(asked: Asked, part: Part) -> Mask:
    names = [word.value for word in WORDS]
    codes = [NONE if value == "nobody" else _place(names, value, "word") for value in part.values]
    word = asked.facts.word
    return np.isin(word, codes) if codes else word != NONE


def _vote(asked: Asked, part: Part) -> Mask:
    said = _votes_of(asked, part)
    mask = said != ABSTAIN if not part.values else np.isin(said, _votes(asked.facts, part.values))
    if not part.of and ABSTAINS in part.values:
        mask = (said == ABSTAIN).all(axis=1, keepdims=True)
    return _padded(asked.facts, mask.any(axis=1))


def _votes(facts: Facts, values: Sequence[str]) -> list[int]:
    """Return the votes some words stand for: a label, `not` a label, or abstain."""
    votes = {label: place for place, label in enumerate(facts.labels)}
    votes |= {f"not {label}": against(place) for place, label in enumerate(facts.labels)}
    votes[ABSTAINS] = ABSTAIN
    return [votes[_known(votes, value, "vote")] for value in values]


def _votes_of(asked: Asked, part: Part) -> Rows:
    """Return the votes of one function, or of all, as columns."""
    votes = asked.facts.votes
    if votes is None:
        raise FilterError(
            "There are no votes to filter by.", remedy="Run the functions first: `tunesmith vote`."
        )
    names = [function.name for function in votes.functions]
    return votes.votes[:, [_place(names, part.of, "function")]] if part.of else votes.votes


def _conflict(asked: Asked, part: Part) -> Mask:
    """Rows where a function's vote and another's cannot both be right."""
    mine, votes = _votes_of(asked, part), asked.facts.votes
    others = votes.votes if votes is not None else mine
    if part.values:
        others = np.hstack([_votes_of(asked, Part(kind="vote", of=name)) for name in part.values])
    found = np.zeros(len(mine), dtype=bool)
    for column in mine.T:
        for other in others.T:
            found |= _cannot_both(column, other)
    return _padded(asked.facts, found)


def _cannot_both(one: Rows, other: Rows) -> Mask:
    both = (one != ABSTAIN) & (other != ABSTAIN)
    two_labels = (one >= 0) & (other >= 0) & (one != other)
    label_and_its_opposite = one == -2 - other
    clash: Mask = both & (two_labels | label_and_its_opposite)
    return clash


def _disagrees(asked: Asked, part: Part) -> Mask:
    """Rows where a function's vote is not what all votes add up to."""
    said, best = _votes_of(asked, part), _opinions(asked).best[:, None]
    wrong = ((said >= 0) & (said != best)) | ((said < ABSTAIN) & (said == -2 - best))
    return _padded(asked.facts, (wrong & (best != NONE)).any(axis=1))


def _tied(asked: Asked, part: Part) -> Mask:  # noqa: ARG001 - every part is asked alike
    return _padded(asked.facts, _opinions(asked).tied)


def _confidence(asked: Asked, part: Part) -> Mask:
    return _padded(asked.facts, _between(_opinions(asked).confidence, part))


def _opinions(asked: Asked) -> Opinions:
    if asked.facts.opinions is None:
        raise FilterError(
            "There are no votes to filter by.", remedy="Run the functions first: `tunesmith vote`."
        )
    return asked.facts.opinions


def _padded(facts: Facts, mask: Mask) -> Mask:
    return np.concatenate([mask, np.zeros(len(facts) - facts.seen, dtype=bool)])


def _between(values: Rows, part: Part) -> Mask:
    """Return where a number lies between a part's bounds; one that is not known does not."""
    inside = ~np.isnan(values.astype(np.float64))
    if part.low is not None:
        inside &= values >= part.low - 1e-6
    if part.high is not None:
        inside &= values <= part.high + 1e-6
    return inside


def _split(asked: Asked, part: Part) -> Mask:
    names = [split.value for split in SPLITS]
    return np.isin(asked.facts.split, [_place(names, value, "split") for value in part.values])


def _source(asked: Asked, part: Part) -> Mask:
    mask: Mask = asked.facts.column("source").is_in(list(part.values)).to_numpy()
    return mask


def _reviewed(asked: Asked, part: Part) -> Mask:
    facts, words = asked.facts, asked.facts.words
    if not part.values:
        return facts.reviewed
    spoken = {reviewer for _, reviewer in words.said}
    for value in part.values:
        _known(spoken, value, "reviewer")
    theirs = (
        id_ for (id_, reviewer), said in words.said.items() if said and reviewer in part.values
    )
    return _rows(facts, list(theirs))


def _excluded(asked: Asked, part: Part) -> Mask:  # noqa: ARG001
    return asked.facts.excluded


def _dataset(asked: Asked, part: Part) -> Mask:
    """Rows of frozen versions; of no version in particular, the newest's."""
    folder, there = asked.project.datasets, versions(asked.project.datasets)
    wanted = part.values or there[-1:]
    ids = [
        row.id
        for version in wanted
        for split in Split
        for row in read_rows(folder / _known(there, version, "dataset"), split)
    ]
    return _rows(asked.facts, ids)


def _finding(asked: Asked, part: Part) -> Mask:
    asking = {finding.id: finding for finding in asked.project.store.findings()}
    wanted = part.values or [f.id for f in asking.values() if f.closed_by is None]
    found = [asking[_known(asking, value, "finding")] for value in wanted]
    return _rows(asked.facts, [id_ for finding in found for id_ in finding.example_ids])


def _ids(asked: Asked, part: Part) -> Mask:
    return _rows(asked.facts, part.values)


def _rows(facts: Facts, ids: Sequence[str]) -> Mask:
    mask = np.zeros(len(facts), dtype=bool)
    rows = facts.rows_of(ids)
    mask[rows[rows >= 0]] = True
    return mask


def _slice(asked: Asked, part: Part) -> Mask:
    masks = [_one_slice(asked, name) for name in part.values]
    return np.logical_or.reduce(masks) if masks else np.zeros(len(asked.facts), dtype=bool)


def _one_slice(asked: Asked, name: str) -> Mask:
    if name in asked.slices:
        raise FilterError(
            f"The slice {name!r} is defined by itself.", remedy="Save it again without that part."
        )
    deeper = replace(asked, slices=(*asked.slices, name))
    return mask_of(deeper, filter_from(find_slice(asked.project, name).filter))


MASKS: dict[str, Ask] = {
    "label": _label,
    "word": _word,
    "gold": _gold,
    "vote": _vote,
    "conflict": _conflict,
    "disagrees": _disagrees,
    "tied": _tied,
    "confidence": _confidence,
    "split": _split,
    "source": _source,
    "reviewed": _reviewed,
    "excluded": _excluded,
    "slice": _slice,
    "dataset": _dataset,
    "finding": _finding,
    "ids": _ids,
}
"""Every kind but those about the text itself, which are conditions of labeling functions."""


def mask_of(asked: Asked, filter_: Filter) -> Mask:
    """Return which rows every part of a filter holds for, the exam's after the others.

    What is cheap is asked first, and texts are only read where the rest holds.
    """
    mask = np.ones(len(asked.facts), dtype=bool)
    texts = [part for part in filter_.parts if part.kind not in MASKS]
    for part in filter_.parts:
        if part.kind in MASKS:
            holds = MASKS[part.kind](asked, part) != part.negated
            mask &= holds & ~asked.facts.exam if part.kind in KNOWING else holds
    if texts:
        mask[mask] = _read(asked.facts, np.flatnonzero(mask), texts)
    return mask


def _read(facts: Facts, rows: Rows, parts: Sequence[Part]) -> Mask:
    """Return which of some rows have texts that all parts hold for."""
    conditions = [condition_from(condition_of(part)) for part in parts]
    mine = rows < facts.seen
    halves = [(facts.columns.corpus, rows[mine]), (facts.exam_corpus, rows[~mine] - facts.seen)]
    read = [
        np.logical_and.reduce(masks(conditions, _some(corpus, chosen))) for corpus, chosen in halves
    ]
    return np.concatenate(read)


def _some(corpus: Corpus, rows: Rows) -> Corpus:
    return corpus if len(rows) == len(corpus) else corpus.take(rows)


def _place(names: Sequence[str], value: str, kind: str) -> int:
    return list(names).index(_known(names, value, kind))


def _known(there: Collection[str], value: str, kind: str) -> str:
    if value not in there:
        raise _absent(kind, value, there)
    return value


def _absent(kind: str, value: str, there: Collection[str]) -> FilterError:
    names = ", ".join(sorted(there)[:20]) or "none"
    return FilterError(f"There is no {kind} {value!r} to filter by.", remedy=f"There are: {names}.")
