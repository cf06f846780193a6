"""What each part of a filter asks of the facts: one function a kind, each returning a mask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from curation.corpus import Corpus
from curation.datasets import read_rows, versions
from curation.exceptions import FilterError
from curation.registry import nearest
from curation.slices import find_slice
from curation.types import Split
from labeling_functions.conditions import condition_from, masks
from labeling_functions.rows import row_of
from studio.stations.browsing import answers
from studio.stations.browsing.answers import Asked, known, place
from studio.stations.browsing.facts import SPLITS, Facts, Mask, Rows
from studio.stations.browsing.filters import KNOWING, Filter, Part, filter_from
from studio.stations.browsing.rules import condition_of

Ask = Callable[[Asked, Part], Mask]


def _split(asked: Asked, part: Part) -> Mask:
    names = [split.value for split in SPLITS]
    return np.isin(asked.facts.shelf.split, [place(names, value, "split") for value in part.values])


def _source(asked: Asked, part: Part) -> Mask:
    sources = asked.facts.shelf.sources
    masks = [sources[known(sources, value, "source")] for value in part.values]
    return np.logical_or.reduce(masks) if masks else np.ones(len(asked.facts), dtype=bool)


def _metadata(asked: Asked, part: Part) -> Mask:
    """Ask each different value once, by the condition a function would ask with."""
    condition = condition_from(condition_of(part.model_copy(update={"negated": False})))
    codes, values = asked.facts.shelf.metadata(part.of)
    if values == ("",):
        there = asked.facts.shelf.metadata_columns
        raise FilterError(f"No example has a column {part.of!r}.", remedy=nearest(part.of, there))
    holds = [condition.holds(row_of("", {part.of: value})) for value in values]
    return np.array(holds, dtype=bool)[codes]


def _reviewed(asked: Asked, part: Part) -> Mask:
    facts, words = asked.facts, asked.facts.spoken.words
    if not part.values:
        return facts.spoken.reviewed
    spoken = {reviewer for _, reviewer in words.said}
    for value in part.values:
        known(spoken, value, "reviewer")
    theirs = (
        id_ for (id_, reviewer), said in words.said.items() if said and reviewer in part.values
    )
    return _rows(facts, list(theirs))


def _excluded(asked: Asked, _: Part) -> Mask:
    return asked.facts.spoken.excluded


def _dataset(asked: Asked, part: Part) -> Mask:
    folder, there = asked.project.datasets, versions(asked.project.datasets)
    ids = [
        row.id
        for version in part.values
        for split in Split
        for row in read_rows(folder / known(there, version, "dataset"), split)
    ]
    return _rows(asked.facts, ids)


def _finding(asked: Asked, part: Part) -> Mask:
    asking = {finding.id: finding for finding in asked.project.store.findings()}
    wanted = part.values or [f.id for f in asking.values() if f.closed_by is None]
    found = [asking[known(asking, value, "finding")] for value in wanted]
    return _rows(asked.facts, [id_ for finding in found for id_ in finding.example_ids])


def _ids(asked: Asked, part: Part) -> Mask:
    return _rows(asked.facts, part.values)


def _rows(facts: Facts, ids: Sequence[str]) -> Mask:
    mask = np.zeros(len(facts), dtype=bool)
    rows = facts.shelf.rows_of(ids)
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
    "label": answers.has_label,
    "word": answers.on_word,
    "gold": answers.has_gold,
    "vote": answers.voted,
    "conflict": answers.in_conflict,
    "disagrees": answers.disagrees,
    "tied": answers.tied,
    "confidence": answers.confident,
    "metadata": _metadata,
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
            mask &= holds & ~asked.facts.shelf.exam if part.kind in KNOWING else holds
    if texts:
        mask[mask] = _read(asked.facts, np.flatnonzero(mask), texts)
    return mask


def _read(facts: Facts, rows: Rows, parts: Sequence[Part]) -> Mask:
    """Return which of some rows have texts that all parts hold for."""
    conditions = [condition_from(condition_of(part)) for part in parts]
    shelf, mine = facts.shelf, rows < facts.shelf.seen
    halves = [(shelf.columns.corpus, rows[mine]), (shelf.exam_corpus, rows[~mine] - shelf.seen)]
    read = [
        np.logical_and.reduce(masks(conditions, _some(corpus, chosen))) for corpus, chosen in halves
    ]
    return np.concatenate(read)


def _some(corpus: Corpus, rows: Rows) -> Corpus:
    return corpus if len(rows) == len(corpus) else corpus.take(rows)
