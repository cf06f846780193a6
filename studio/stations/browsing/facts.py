"""What is known of every example, as columns: what filters look at, a million rows at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curation.columns import Columns, columns_of
from curation.corpus import Corpus, Ids
from curation.project import SETTINGS, Project
from curation.resolution import Words, by_people, excluded_by, late_gold
from curation.types import (
    ABSTAIN,
    Annotation,
    ProbableLabels,
    Resolution,
    Split,
    VoteMatrix,
    Word,
)

if TYPE_CHECKING:
    import polars as pl

SPLITS = tuple(Split)
WORDS = tuple(Word)
NONE, OTHER = -1, -2
"""Codes beside those of the labels: no answer, and an answer that is none of the labels."""
MOST_KEPT = 4
"""Projects whose facts are kept in memory."""

Codes = NDArray[np.int16]
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Opinions:
    """What the functions think of the rows they may see, one entry a row.

    Attributes
    ----------
    best : int16 array, shape (n,)
        The likeliest label; `NONE` where nothing votes or the votes are tied.
    confidence : float32 array, shape (n,)
        Its probability; NaN where nothing votes.
    tied : bool array, shape (n,)
    """

    best: Codes
    confidence: NDArray[np.float32]
    tied: Mask


@dataclass(frozen=True)
class Facts:
    """Every example of a project, first what functions may see (n rows), then the exam (t rows).

    Arrays have shape (n + t,). What the exam's answers are is in none of them: its rows have
    `NONE` for `gold`, `label` and `word`, and no votes.

    Attributes
    ----------
    labels : tuple of str
        What the codes in `gold` and `label` mean, beside `NONE` and `OTHER`.
    columns : Columns
    split : int8 array
        Places in `SPLITS`.
    exam : bool array
    gold, label : int16 array
        What the file says; what we go with.
    word : int8 array
        On whose word we go with it, as a place in `WORDS`.
    reviewed, answered, excluded : bool array
        Whether a person has spoken on it, has answered it, has excluded it.
    words : Words
        Who said what.
    opinions : Opinions or None
        None where the functions' votes are not at hand.
    votes : VoteMatrix or None
        Its rows are those of the first n.
    """

    labels: tuple[str, ...]
    columns: Columns
    split: NDArray[np.int8]
    exam: Mask
    gold: Codes
    label: Codes
    word: NDArray[np.int8]
    reviewed: Mask
    answered: Mask
    excluded: Mask
    words: Words
    opinions: Opinions | None = None
    votes: VoteMatrix | None = None
    found: dict[str, Rows] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.split)

    @property
    def seen(self) -> int:
        """How many rows come before the exam's."""
        return len(self.columns.corpus)

    @cached_property
    def exam_corpus(self) -> Corpus:
        """The exam's texts, as columns."""
        exam = self.columns.exam
        return Corpus(Ids(exam["id"]), exam["text"], exam["metadata"])

    @cached_property
    def arrival(self) -> Rows:
        """The rows in the order they came."""
        return np.argsort(self.column("seq").to_numpy(), kind="stable")

    def column(self, name: str) -> pl.Series:
        """Return a column both halves have: seq, split, source, line or group."""
        return self.columns.facts[name].append(self.columns.exam[name])

    def ids(self, rows: Rows) -> list[str]:
        """Return the ids of some rows."""
        return self._texts("ids", rows)

    def texts(self, rows: Rows) -> list[str]:
        """Return the texts of some rows."""
        return self._texts("texts", rows)

    def _texts(self, name: str, rows: Rows) -> list[str]:
        halves = [getattr(half, name) for half in (self.columns.corpus, self.exam_corpus)]
        seen, exam = (half.column if name == "ids" else half for half in halves)
        mine = rows < self.seen
        out = np.empty(len(rows), dtype=object)
        out[mine] = seen.gather(rows[mine]).to_list()
        out[~mine] = exam.gather(rows[~mine] - self.seen).to_list()
        return out.tolist()  # type: ignore[no-any-return]

    def rows_of(self, ids: Iterable[str]) -> Rows:
        """Return the rows of some ids, -1 for those that are not here."""
        wanted = list(ids)
        seen = self.columns.corpus.ids.places(wanted)
        exam = self.exam_corpus.ids.places(wanted)
        return np.where(seen >= 0, seen, np.where(exam >= 0, exam + self.seen, -1))

    def split_of(self, row: int) -> Split:
        """Return the split of a row."""
        return SPLITS[self.split[row]]


@dataclass
class Heard:
    """What people said so far, and which of it was part of a batch.

    Attributes
    ----------
    made : int
        Tells a project from another made in its place.
    seq : int
        The last place of the record that was read.
    """

    made: int
    seq: int = 0
    words: Words = field(default_factory=Words)
    batched: list[Annotation] = field(default_factory=list)


@dataclass
class _Kept:
    key: tuple[Any, ...]
    facts: Facts
    held: tuple[object, ...]  # what the key names by identity stays alive with it


_heard: OrderedDict[Path, Heard] = OrderedDict()
_facts: OrderedDict[Path, _Kept] = OrderedDict()
_lock = RLock()


def heard_of(project: Project) -> Heard:
    """Return what people said, having read only what is new."""
    with _lock:
        heard = _heard.get(project.folder)
        if heard is None or heard.made != _made(project):
            heard = _heard[project.folder] = Heard(_made(project))
            _keep_few(_heard)
        heard.seq, said = project.store.annotations_after(heard.seq)
        heard.words.hear(said)
        heard.batched += [a for a in said if a.batch and a.action != "undo"]
        return heard


def _made(project: Project) -> int:
    """Return what tells a project from another made in its place: both begin at revision 1."""
    return (project.folder / SETTINGS).stat().st_mtime_ns


def _keep_few(kept: OrderedDict[Path, Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)


def facts_of(
    project: Project, votes: VoteMatrix | None = None, probable: ProbableLabels | None = None
) -> Facts:
    """Return what is known of every example; made anew only when something changed.

    Parameters
    ----------
    project : Project
    votes : VoteMatrix, optional
        The functions' votes, for the parts of filters that ask about them.
    probable : ProbableLabels, optional
        What they add up to.
    """
    with _lock:
        revision = project.store.revision()
        threshold = project.settings.threshold
        key = (_made(project), revision, id(votes), id(probable), threshold, project.task.labels)
        kept = _facts.get(project.folder)
        if kept is None or kept.key != key:
            facts = _gather(project, votes, probable)
            kept = _facts[project.folder] = _Kept(key, facts, (votes, probable))
            _keep_few(_facts)
        return kept.facts


def _gather(project: Project, votes: VoteMatrix | None, probable: ProbableLabels | None) -> Facts:
    columns = columns_of(project.store, project.folder / "columns")
    labels = project.task.labels
    seen, exam = len(columns.corpus), len(columns.exam)
    opinions, votes = _opinions(columns, labels, votes, probable)
    gold = np.concatenate([_codes(columns.facts["reference"], labels), _all(NONE, exam)])
    facts = Facts(
        labels=labels,
        columns=columns,
        split=np.concatenate([_split_codes(columns.facts), _split_codes(columns.exam)]),
        exam=np.arange(seen + exam) >= seen,
        gold=gold,
        label=gold.copy(),
        word=_words_of_gold(gold),
        reviewed=np.zeros(seen + exam, dtype=bool),
        answered=np.zeros(seen + exam, dtype=bool),
        excluded=np.zeros(seen + exam, dtype=bool),
        words=heard_of(project).words,
        opinions=opinions,
        votes=votes,
    )
    if opinions is not None:
        _take_votes(facts, opinions, project.settings.threshold)
    _take_words(facts)
    return facts


def _all(code: int, n: int) -> Codes:
    return np.full(n, code, dtype=np.int16)


def _codes(answers: pl.Series, labels: Sequence[str]) -> Codes:
    import polars as pl

    places = {label: place for place, label in enumerate(labels)}
    codes = answers.replace_strict(
        list(places), list(places.values()), default=OTHER, return_dtype=pl.Int16
    )
    empty = answers.is_null() | (answers == "")
    return np.where(empty.fill_null(value=True), NONE, codes.to_numpy()).astype(np.int16)


def _split_codes(frame: pl.DataFrame) -> NDArray[np.int8]:
    import polars as pl

    names = [split.value for split in SPLITS]
    codes = frame["split"].cast(pl.Enum(names)).to_physical()
    return codes.to_numpy().astype(np.int8)


def _words_of_gold(gold: Codes) -> NDArray[np.int8]:
    return np.where(gold == NONE, NONE, WORDS.index(Word.GOLD)).astype(np.int8)


def _opinions(
    columns: Columns,
    labels: Sequence[str],
    votes: VoteMatrix | None,
    probable: ProbableLabels | None,
) -> tuple[Opinions | None, VoteMatrix | None]:
    """Return what the votes say, for every row that functions may see and in their order."""
    if votes is None or probable is None or tuple(votes.labels) != tuple(labels):
        return None, None
    rows = columns.corpus.ids.places(votes.example_ids)
    if not np.array_equal(rows, np.arange(len(columns.corpus))):
        votes, probable = _aligned(columns, votes, probable, rows)
    top = probable.probabilities.max(axis=1)
    tied = (probable.probabilities >= top[:, None] - 1e-9).sum(axis=1) > 1
    best = np.where(tied | ~probable.covered, NONE, probable.probabilities.argmax(axis=1))
    confidence = np.where(probable.covered, top, np.nan)
    return (
        Opinions(best.astype(np.int16), confidence.astype(np.float32), tied & probable.covered),
        votes,
    )


def _aligned(
    columns: Columns, votes: VoteMatrix, probable: ProbableLabels, rows: Rows
) -> tuple[VoteMatrix, ProbableLabels]:
    """Return votes made for other rows, or in another order, as votes for these."""
    n, known = len(columns.corpus), rows >= 0
    matrix = np.full((n, votes.votes.shape[1]), ABSTAIN, dtype=votes.votes.dtype)
    matrix[rows[known]] = votes.votes[known]
    odds = np.full((n, len(votes.labels)), 1 / max(1, len(votes.labels)))
    odds[rows[known]] = probable.probabilities[known]
    covered = np.zeros(n, dtype=bool)
    covered[rows[known]] = probable.covered[known]
    return (
        replace(votes, example_ids=columns.corpus.ids, votes=matrix),
        replace(probable, example_ids=columns.corpus.ids, probabilities=odds, covered=covered),
    )


def _take_votes(facts: Facts, opinions: Opinions, threshold: float) -> None:
    """Go with the votes where they are sure enough and no gold says otherwise."""
    seen = slice(0, facts.seen)
    sure = (opinions.best != NONE) & (opinions.confidence >= threshold)
    sure &= facts.label[seen] == NONE
    facts.label[seen][sure] = opinions.best[sure]
    facts.word[seen][sure] = WORDS.index(Word.VOTES)


def _take_words(facts: Facts) -> None:
    """Go with what people said; of the exam only that they spoke is known here."""
    ids = list(facts.words.examples)
    places = {label: place for place, label in enumerate(facts.labels)}
    for id_, row in zip(ids, facts.rows_of(ids).tolist(), strict=True):
        said = facts.words.standing(id_)
        facts.reviewed[row] = any(a.via != "file" for a in said)
        facts.answered[row] = any(a.action == "answer" and a.via != "file" for a in said)
        facts.excluded[row] = bool(excluded_by(said))
        if facts.exam[row]:
            continue
        late = late_gold(said)
        if late is not None and facts.gold[row] == NONE:
            _go_with(facts, row, places.get(late.answer or "", OTHER), Word.GOLD)
            facts.gold[row] = facts.label[row]
        match by_people(id_, said):
            case Resolution(answer=answer):
                _go_with(facts, row, places.get(answer, OTHER), Word.PERSON)
            case str():
                _go_with(facts, row, NONE, None)
        if facts.excluded[row]:
            _go_with(facts, row, NONE, None)


def _go_with(facts: Facts, row: int, code: int, word: Word | None) -> None:
    facts.label[row] = code
    facts.word[row] = NONE if word is None else WORDS.index(word)
