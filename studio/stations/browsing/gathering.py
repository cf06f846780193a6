"""Gather the facts of a project, and keep them: a new word costs what it is about, no more."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.columns import Columns, columns_of
from curation.project import SETTINGS, Project
from curation.resolution import by_people, late_gold
from curation.types import ABSTAIN, Annotation, ProbableLabels, Resolution, VoteMatrix, Word
from curation.words import Words, excluded_by, is_answer
from studio.stations.browsing.facts import (
    NONE,
    OTHER,
    SPLITS,
    WORDS,
    Answers,
    Codes,
    Facts,
    Opinions,
    Rows,
    Shelf,
    Spoken,
)

if TYPE_CHECKING:
    import polars as pl

MOST_KEPT = 4
"""Projects whose facts are kept in memory."""


@dataclass
class Heard:
    """What people said so far.

    Attributes
    ----------
    seq : int
        The last place of the record that was read.
    words : Words
    about : list of str
        The example of each word, in the order they were said.
    batched : list of Annotation
        What was part of an action on many examples.
    """

    seq: int = 0
    words: Words = field(default_factory=Words)
    about: list[str] = field(default_factory=list)
    batched: list[Annotation] = field(default_factory=list)


@dataclass
class Kept:
    """What is kept of a project between questions.

    Attributes
    ----------
    made : int
        Tells a project from another made in its place.
    heard : Heard
    shelf : Shelf or None
    facts : Facts or None
        The last facts, with the first `taken` words in them.
    key : tuple
        The revision, threshold and labels they are of.
    source : tuple of VoteMatrix and ProbableLabels
        The votes they are of.
    """

    made: int
    heard: Heard = field(default_factory=Heard)
    shelf: Shelf | None = None
    facts: Facts | None = None
    key: tuple[Any, ...] = ()
    source: tuple[VoteMatrix | None, ProbableLabels | None] = (None, None)
    taken: int = 0


_kept: OrderedDict[Path, Kept] = OrderedDict()
_lock = RLock()


def heard_of(project: Project) -> Heard:
    """Return what people said, having read only what is new."""
    with _lock:
        heard = _of(project).heard
        heard.seq, said = project.store.annotations_after(heard.seq)
        heard.words.hear(said)
        heard.about += [annotation.example_id for annotation in said]
        heard.batched += [a for a in said if a.batch and a.action != "undo"]
        return heard


def facts_of(
    project: Project, votes: VoteMatrix | None = None, probable: ProbableLabels | None = None
) -> Facts:
    """Return what is known of every example; made anew only where something changed.

    Parameters
    ----------
    project : Project
    votes : VoteMatrix, optional
        The functions' votes, for the parts of filters that ask about them.
    probable : ProbableLabels, optional
        What they add up to.
    """
    with _lock:
        kept = _of(project)
        settings = (project.settings.threshold, project.task.labels)
        key = (project.store.revision(), *settings)
        same_votes = kept.source[0] is votes and kept.source[1] is probable
        if kept.facts is None or kept.key != key or not same_votes:
            columns = columns_of(project.store, project.columns)
            fresh = kept.shelf is None or kept.shelf.columns is not columns
            if kept.facts is None or fresh or not same_votes or kept.key[1:] != settings:
                kept.facts, kept.taken = _begin(kept, project, columns, votes, probable), 0
            kept.key, kept.source = key, (votes, probable)
            about = heard_of(project).about
            kept.facts = _with_words(kept.facts, about[kept.taken :])
            kept.taken = len(about)
        return kept.facts


def _of(project: Project) -> Kept:
    made = (project.folder / SETTINGS).stat().st_mtime_ns
    kept = _kept.get(project.folder)
    if kept is None or kept.made != made:
        kept = _kept[project.folder] = Kept(made)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return kept


def _begin(
    kept: Kept,
    project: Project,
    columns: Columns,
    votes: VoteMatrix | None,
    probable: ProbableLabels | None,
) -> Facts:
    """Return what is known without people's words."""
    if kept.shelf is None or kept.shelf.columns is not columns:
        kept.shelf = Shelf(columns, np.concatenate([_splits(columns.facts), _splits(columns.exam)]))
    shelf, labels = kept.shelf, project.task.labels
    opinions = _opinions(columns, labels, votes, probable)
    gold = np.full(len(shelf), NONE, dtype=np.int16)
    gold[: shelf.seen] = _codes(columns.facts["reference"], labels)
    word = np.where(gold == NONE, NONE, WORDS.index(Word.GOLD)).astype(np.int8)
    before = Answers(gold, gold.copy(), word)
    if opinions is not None:
        _go_with_votes(before, opinions, project.settings.threshold)
    nobody = np.zeros(len(shelf), dtype=bool)
    spoken = Spoken(nobody, nobody.copy(), nobody.copy(), kept.heard.words)
    return Facts(labels, shelf, before, before, spoken, opinions)


def _with_words(facts: Facts, about: Sequence[str]) -> Facts:
    """Return the facts with what was said since about some examples taken in."""
    facts = replace(facts, answers=facts.answers.copy(), spoken=facts.spoken.copy(), found={})
    ids = list(dict.fromkeys(about))
    for id_, row in zip(ids, facts.shelf.rows_of(ids).tolist(), strict=True):
        if row >= 0:
            _take_words(facts, id_, row)
    return facts


def _take_words(facts: Facts, id_: str, row: int) -> None:
    """Go with what people say of an example; of the exam only that they spoke is known here."""
    said, spoken = facts.spoken.words.standing(id_), facts.spoken
    spoken.reviewed[row] = any(a.via != "file" for a in said)
    spoken.answered[row] = any(map(is_answer, said))
    spoken.excluded[row] = bool(excluded_by(said))
    if facts.shelf.exam[row]:
        return
    answers, base, late = facts.answers, facts.before, late_gold(said)
    answers.gold[row] = base.gold[row]
    decided = (base.label[row], base.word[row])
    if late is not None and base.gold[row] == NONE:
        answers.gold[row] = _code(facts, late.answer)
        decided = (answers.gold[row], WORDS.index(Word.GOLD))
    match by_people(id_, said):
        case Resolution(answer=answer):
            decided = (_code(facts, answer), WORDS.index(Word.PERSON))
        case str():  # people disagree
            decided = (NONE, NONE)
    if spoken.excluded[row]:
        decided = (NONE, NONE)
    answers.label[row], answers.word[row] = decided


def _code(facts: Facts, answer: str | None) -> int:
    return facts.labels.index(answer) if answer in facts.labels else OTHER


def _splits(frame: pl.DataFrame) -> Codes:
    import polars as pl

    names = [split.value for split in SPLITS]
    return frame["split"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int8)


def _codes(answers: pl.Series, labels: Sequence[str]) -> Codes:
    import polars as pl

    places = pl.Series(range(len(labels)), dtype=pl.Int16)
    known = answers.replace_strict(pl.Series(labels, dtype=pl.String), places, default=OTHER)
    empty = (answers.is_null() | (answers == "").fill_null(value=True)).to_numpy()
    return np.where(empty, NONE, known.fill_null(OTHER).to_numpy()).astype(np.int16)


def _opinions(
    columns: Columns,
    labels: Sequence[str],
    votes: VoteMatrix | None,
    probable: ProbableLabels | None,
) -> Opinions | None:
    """Return what the votes say, for every row that functions may see and in their order."""
    if votes is None or probable is None or tuple(votes.labels) != tuple(labels):
        return None
    if votes.example_ids is not columns.corpus.ids:
        rows = columns.corpus.ids.places(votes.example_ids)
        if not np.array_equal(rows, np.arange(len(columns.corpus))):
            votes, probable = _aligned(columns, votes, probable, rows)
    odds, covered = probable.probabilities, probable.covered
    top = odds.max(axis=1, initial=0.0)
    tied = covered & ((odds >= top[:, None] - 1e-9).sum(axis=1) > 1)
    best = np.where(tied | ~covered, NONE, odds.argmax(axis=1)).astype(np.int16)
    return Opinions(votes, best, np.where(covered, top, np.nan).astype(np.float32), tied)


def _aligned(
    columns: Columns, votes: VoteMatrix, probable: ProbableLabels, rows: Rows
) -> tuple[VoteMatrix, ProbableLabels]:
    """Return votes on other rows, or in another order, as votes on these."""
    n, known = len(columns.corpus), rows >= 0
    matrix = np.full((n, votes.votes.shape[1]), ABSTAIN, dtype=votes.votes.dtype)
    matrix[rows[known]] = votes.votes[known]
    odds = np.full((n, len(votes.labels)), 1 / max(1, len(votes.labels)))
    odds[rows[known]] = probable.probabilities[known]
    covered = np.zeros(n, dtype=bool)
    covered[rows[known]] = probable.covered[known]
    ids = columns.corpus.ids
    return (
        replace(votes, example_ids=ids, votes=matrix),
        replace(probable, example_ids=ids, probabilities=odds, covered=covered),
    )


def _go_with_votes(answers: Answers, opinions: Opinions, threshold: float) -> None:
    """Go with the votes where they are sure enough and no gold says otherwise."""
    seen = len(opinions.best)
    sure = (opinions.best != NONE) & (opinions.confidence >= threshold)
    sure &= answers.label[:seen] == NONE
    answers.label[:seen][sure] = opinions.best[sure]
    answers.word[:seen][sure] = WORDS.index(Word.VOTES)
