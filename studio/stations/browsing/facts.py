"""What is known of every example, as columns: what filters look at, a million rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.columns import Columns
from curation.corpus import Corpus, Ids
from curation.types import Split, VoteMatrix, Word
from curation.words import Words
from labeling_functions.conditions.metadata import as_text

if TYPE_CHECKING:
    import polars as pl

SPLITS = tuple(Split)
WORDS = tuple(Word)
NONE, OTHER = -1, -2
"""Codes beside those of the labels: no answer, and an answer that is none of the labels."""
LOOKED_AT = 500
"""Rows at each end that are looked at for the names of the file's other columns."""

Codes = NDArray[np.int16]
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Shelf:
    """The examples as they came, first what functions may see (n rows), then the exam (t rows).

    Nothing here ever changes but by an import. Arrays have shape (n + t,).

    Attributes
    ----------
    columns : Columns
    split : int8 array
        Places in `SPLITS`.
    """

    columns: Columns
    split: NDArray[np.int8]
    _metadata: dict[str, tuple[NDArray[np.int32], tuple[str, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __len__(self) -> int:
        return len(self.split)

    @property
    def seen(self) -> int:
        """How many rows come before the exam's."""
        return len(self.columns.corpus)

    @cached_property
    def exam(self) -> Mask:
        """Which rows are the exam's."""
        return np.arange(len(self)) >= self.seen

    @cached_property
    def exam_corpus(self) -> Corpus:
        """The exam's texts, as columns."""
        exam = self.columns.exam
        return Corpus(Ids(exam["id"]), exam["text"], exam["metadata"])

    @cached_property
    def arrival(self) -> Rows:
        """The rows in the order they came."""
        return np.argsort(self.column("seq").to_numpy(), kind="stable")

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """The characters of each text."""
        halves = (self.columns.corpus.texts, self.exam_corpus.texts)
        counted = [texts.str.len_chars().to_numpy() for texts in halves]
        return np.concatenate(counted).astype(np.int32)

    @cached_property
    def sources(self) -> dict[str, Mask]:
        """Which rows came from each file, the largest first."""
        source = self.column("source")
        named = source.value_counts(sort=True)["source"].to_list()
        return {name: (source == name).to_numpy() for name in named}

    def metadata(self, column: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return one of the file's other columns: each row's place among the different values.

        Read once, as a text a row, which is how conditions on metadata compare.
        """
        if column not in self._metadata:
            halves = (self.columns.corpus.metadata, self.exam_corpus.metadata)
            places: dict[str, int] = {}
            codes = [
                places.setdefault(as_text(json.loads(row).get(column)), len(places))
                for half in halves
                for row in half
            ]
            self._metadata[column] = (np.array(codes, dtype=np.int32), tuple(places))
        return self._metadata[column]

    @cached_property
    def metadata_columns(self) -> tuple[str, ...]:
        """The file's other columns that hold one value, of the first and last rows of each half."""
        names: dict[str, None] = {}
        for half in (self.columns.corpus.metadata, self.exam_corpus.metadata):
            for row in (*half.head(LOOKED_AT), *half.tail(LOOKED_AT)):
                one = (k for k, v in json.loads(row).items() if not isinstance(v, list | dict))
                names |= dict.fromkeys(one)
        return tuple(names)

    def column(self, name: str) -> pl.Series:
        """Return a column both halves have: seq, source, line or group."""
        import polars as pl

        return pl.concat([self.columns.facts[name], self.columns.exam[name]])

    def gather(self, name: str, rows: Rows) -> list[object]:
        """Return some rows of a column: ids, texts, metadata, source or line."""
        mine = rows < self.seen
        seen, exam = self._halves(name)
        out = np.empty(len(rows), dtype=object)
        out[mine] = seen.gather(rows[mine]).to_list()
        out[~mine] = exam.gather(rows[~mine] - self.seen).to_list()
        return out.tolist()

    def _halves(self, name: str) -> tuple[pl.Series, pl.Series]:
        if name in ("source", "line"):
            return self.columns.facts[name], self.columns.exam[name]
        halves = [getattr(half, name) for half in (self.columns.corpus, self.exam_corpus)]
        seen, exam = (half.column if name == "ids" else half for half in halves)
        return seen, exam

    def ids(self, rows: Rows) -> list[str]:
        """Return the ids of some rows."""
        return [str(id_) for id_ in self.gather("ids", rows)]

    def rows_of(self, ids: Iterable[str]) -> Rows:
        """Return the rows of some ids, -1 for those that are not here."""
        wanted = list(ids)
        seen = self.columns.corpus.ids.places(wanted)
        exam = self.exam_corpus.ids.places(wanted)
        return np.where(seen >= 0, seen, np.where(exam >= 0, exam + self.seen, -1))

    def split_of(self, row: int) -> Split:
        """Return the split of a row."""
        return SPLITS[self.split[row]]


@dataclass(frozen=True)
class Opinions:
    """What the functions think of the rows they may see, one entry a row.

    Attributes
    ----------
    votes : VoteMatrix
    best : int16 array, shape (n,)
        The likeliest label; `NONE` where nothing votes or the votes are tied.
    confidence : float32 array, shape (n,)
        Its probability; NaN where nothing votes.
    tied : bool array, shape (n,)
    """

    votes: VoteMatrix
    best: Codes
    confidence: NDArray[np.float32]
    tied: Mask


@dataclass(frozen=True)
class Answers:
    """The answers we go with, one a row; none of the exam's is ever in here.

    Attributes
    ----------
    gold, label : int16 array, shape (n + t,)
        What the file says; what we go with. Places in the task's labels, `NONE` or `OTHER`.
    word : int8 array
        On whose word we go with it, as a place in `WORDS`.
    """

    gold: Codes
    label: Codes
    word: NDArray[np.int8]

    def copy(self) -> Answers:
        """Return answers that may be changed."""
        return Answers(self.gold.copy(), self.label.copy(), self.word.copy())


@dataclass(frozen=True)
class Spoken:
    """Where people have spoken, one entry a row, the exam's too.

    Attributes
    ----------
    reviewed, answered, excluded : bool array, shape (n + t,)
        Whether a person has said anything on it, has answered it, keeps it out of datasets.
    words : Words
        Who said what.
    """

    reviewed: Mask
    answered: Mask
    excluded: Mask
    words: Words

    def copy(self) -> Spoken:
        """Return masks that may be changed, and the same words."""
        masks = (self.reviewed.copy(), self.answered.copy(), self.excluded.copy())
        return Spoken(*masks, self.words)


@dataclass(frozen=True)
class Facts:
    """Everything a filter can ask about, at one moment.

    Attributes
    ----------
    labels : tuple of str
        What the codes in `answers` mean.
    shelf : Shelf
    before, answers : Answers
        Before people spoke, and with what they said.
    spoken : Spoken
    opinions : Opinions or None
        None where the functions' votes are not at hand.
    found : dict
        What was found in these facts before.
    """

    labels: tuple[str, ...]
    shelf: Shelf
    before: Answers
    answers: Answers
    spoken: Spoken
    opinions: Opinions | None = None
    found: dict[str, Rows] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.shelf)

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """How sure the votes are of each row; NaN where nothing votes."""
        sure = np.full(len(self), np.nan, dtype=np.float32)
        if self.opinions is not None:
            sure[: self.shelf.seen] = self.opinions.confidence
        return sure

    def label_of(self, row: int) -> str:
        """Return the label we go with, or nothing."""
        code = int(self.answers.label[row])
        return self.labels[code] if code >= 0 else ""

    def word_of(self, row: int) -> str:
        """Return on whose word we go with that label, or nothing."""
        code = int(self.answers.word[row])
        return WORDS[code].value if code >= 0 else ""
