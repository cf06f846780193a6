"""A suggestion: a labeling function worth writing; and the ground suggestions are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from curation.types import ABSTAIN, JsonObject, Score, Votes
from labeling_functions.analysis.tally import Mask, Rows
from labeling_functions.rendering import identifier, render

if TYPE_CHECKING:
    from curation.corpus import Corpus

SAMPLE = 20_000
"""Training rows on which they are compared, at most; those proposed are counted on all."""
Origin = Literal["gold", "conflict", "uncovered", "errors", "prompted"]


@dataclass(frozen=True)
class Ground:
    """What suggestions are drawn from: training rows alone.

    Attributes
    ----------
    corpus : Corpus, length n
    gold : int array, shape (n,)
        The label of each row; -1 where it is not known, k where it is none of the task's.
    votes : int array, shape (n, m)
        What the functions there are say.
    labels : tuple of str, length k
    """

    corpus: Corpus
    gold: Rows
    votes: Votes
    labels: tuple[str, ...]

    @property
    def uncovered(self) -> Mask:
        """Rows nobody votes on."""
        found: Mask = (self.votes == ABSTAIN).all(axis=1)
        return found

    @cached_property
    def half(self) -> NDArray[np.int8]:
        """The half of the gold each row would belong to, by its id: the same one every time."""
        return np.array([crc32(id_.encode()) & 1 for id_ in self.corpus.ids], dtype=np.int8)

    @cached_property
    def sample(self) -> Rows:
        """Training rows to compare candidates on: the same ones every time."""
        n = len(self.corpus)
        if n <= SAMPLE:
            return np.arange(n)
        return np.sort(np.random.default_rng(0).choice(n, SAMPLE, replace=False))


@dataclass(frozen=True)
class Suggestion:
    """A labeling function worth writing.

    Attributes
    ----------
    name : str
        What it would be called.
    label : str
        What it would vote; empty where only a person can say.
    says : str
        What the texts with it do, in words.
    when : dict
        The condition, as data.
    origin : str
        What it was found in: gold, conflict, uncovered, errors or prompted.
    why : str
        What it is for, in words.
    precision : Score
        Measured on the half of the gold it was not found on.
    rows : int array
        The training rows it would vote on.
    new : int array
        Those of them it is meant for: rows nobody votes on, or rows in conflict.
    example_ids : tuple of str
        Some of the rows it is meant for.
    """

    name: str
    label: str
    says: str
    when: JsonObject
    origin: Origin
    why: str
    precision: Score
    rows: Rows = field(compare=False, repr=False)
    new: Rows = field(compare=False, repr=False)
    example_ids: tuple[str, ...]

    @property
    def covers(self) -> int:
        """How many of the rows it is meant for it would vote on."""
        return len(self.new)

    @property
    def key(self) -> str:
        """What it is, however it was found: to remember that it was dismissed."""
        return f"{self.label}: {self.says}"

    def code(self, label: str = "") -> str:
        """Return the Python that declares it."""
        name = self.name if self.label else identifier(f"{label} {self.name}")
        family = "keywords" if self.when["kind"] == "words" else self.when["kind"]
        arguments = {key: value for key, value in self.when.items() if key != "kind"}
        return render(family, name, self.label or label, **arguments)
