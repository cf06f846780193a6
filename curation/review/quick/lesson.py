"""What a quick model is fitted on and judged by, and how its child is handed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Corpus
from curation.types import Resolution, Word

WORDS = tuple(Word)
"""A word's place in here is its code in the child's files."""
VOTES = WORDS.index(Word.VOTES)

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Lesson:
    """What a quick model is fitted on and judged by.

    Attributes
    ----------
    corpus : Corpus
        Everything but the exam.
    families : int array, shape (n,)
        By row; near-duplicates share one.
    labels : tuple of str
    taught : mapping of str to Resolution
        Train examples' answers by example id.
    held_out : mapping of str to str
        Validation examples' answers: they measure, and are never fitted on.
    heard : int
        The place in the record of answers up to which these are known.
    """

    corpus: Corpus
    families: Whole
    labels: tuple[str, ...]
    taught: Mapping[str, Resolution]
    held_out: Mapping[str, str]
    heard: int = 0


@dataclass(frozen=True)
class Taught:
    """A lesson as arrays: a row each answer of a train example, then the validation answers.

    Attributes
    ----------
    rows, given, word, family : int arrays, shape (m,)
        The place in the corpus, the label, on whose word, and which near-duplicates.
    sure : float array, shape (m,)
        The probability of a label by votes; 1 for people and gold.
    held_rows, held_given : int arrays, shape (h,)
    """

    rows: Whole
    given: Whole
    word: Whole
    family: Whole
    sure: NDArray[np.float64]
    held_rows: Whole
    held_given: Whole


def write_lesson(folder: Path, lesson: Lesson) -> None:
    """Write what the child learns from; answers that are no label of the task teach nothing."""
    place = {label: at for at, label in enumerate(lesson.labels)}
    taught = {id_: said for id_, said in lesson.taught.items() if said.answer in place}
    held = {id_: answer for id_, answer in lesson.held_out.items() if answer in place}
    rows = lesson.corpus.ids.places(taught)
    arrays = Taught(
        rows=rows,
        given=np.array([place[said.answer] for said in taught.values()], dtype=np.int64),
        word=np.array([WORDS.index(said.word) for said in taught.values()], dtype=np.int64),
        family=lesson.families[rows],
        sure=np.array([said.confidence for said in taught.values()], dtype=np.float64),
        held_rows=lesson.corpus.ids.places(held),
        held_given=np.array([place[answer] for answer in held.values()], dtype=np.int64),
    )
    for name, array in vars(arrays).items():
        np.save(folder / f"lesson-{name}.npy", array, allow_pickle=False)


def read_lesson(folder: Path) -> Taught:
    """Return what `write_lesson` wrote, and remove it."""
    arrays = {}
    for name in Taught.__dataclass_fields__:
        path = folder / f"lesson-{name}.npy"
        arrays[name] = np.load(path, allow_pickle=False)
        path.unlink()
    return Taught(**arrays)
