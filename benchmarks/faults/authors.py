"""Competent authors: keyword functions that are right, and people who answer what they leave."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.words import words

PRECISION = 0.9
"""The share of its training texts with a keyword that must have the label."""
FEWEST = 4
"""Training texts a keyword is on."""
KEYWORDS = 24
"""Keywords of a label."""
FUNCTIONS = {True: 6, False: 2}
"""Functions of a label, where there are few labels and where there are many."""
COVERED = 0.6
"""What is covered of each label, by functions or else by people."""
ANSWERED = 0.05
"""What people answer of all training texts, drawn by chance."""


@dataclass(frozen=True)
class Author:
    """A keyword function.

    Attributes
    ----------
    name, label : str
    keywords : tuple of str
    """

    name: str
    label: str
    keywords: tuple[str, ...]

    @property
    def code(self) -> str:
        """The Python that declares it."""
        return f"{self.name} = keywords({self.name!r}, {self.label!r}, {list(self.keywords)!r})"


def write_functions(texts: Sequence[str], labels: Sequence[str]) -> tuple[Author, ...]:
    """Return functions for every label, from the true labels of training texts.

    Keywords are words and phrases that nearly always mean the label, each chosen for the texts
    that those before left.
    """
    said = [_grams(text) for text in texts]
    on: dict[str, set[int]] = defaultdict(set)
    for at, grams in enumerate(said):
        for gram in grams:
            on[gram].add(at)
    names = sorted(set(labels))
    per = FUNCTIONS[len(names) <= 10]
    mine = {name: {at for at, label in enumerate(labels) if label == name} for name in names}
    made = []
    for number, name in enumerate(names):
        chosen = _keywords(mine[name], on)
        parts = (tuple(chosen[part::per]) for part in range(per))
        made += [
            Author(f"label{number}_{part}", name, words_)
            for part, words_ in enumerate(parts)
            if words_
        ]
    return tuple(made)


def _grams(text: str) -> set[str]:
    said = words(text)
    return {" ".join(said[at : at + n]) for n in (1, 2, 3) for at in range(len(said) - n + 1)}


def _keywords(mine: set[int], on: dict[str, set[int]]) -> list[str]:
    counts = Counter(gram for gram, rows in on.items() if len(rows & mine) >= FEWEST)
    good = [gram for gram in counts if len(on[gram] & mine) >= PRECISION * len(on[gram])]
    left, chosen = set(mine), list[str]()
    while good and len(chosen) < KEYWORDS:
        best = max(good, key=lambda gram: (len(on[gram] & left), gram))
        if len(on[best] & left) < 2:
            break
        chosen.append(best)
        left -= on[best]
        good.remove(best)
    return chosen


def people_answer(
    labels: Sequence[str], covered: Sequence[bool], generator: np.random.Generator
) -> list[int]:
    """Return the training texts that people answer: a sample, and of labels covered too little.

    Parameters
    ----------
    labels : sequence of str
        The true ones.
    covered : sequence of bool
        Whether a function votes.
    """
    n = len(labels)
    answered = set(generator.permutation(n)[: int(ANSWERED * n)].tolist())
    for label in sorted(set(labels)):
        own = [at for at in range(n) if labels[at] == label]
        there = sum(covered[at] or at in answered for at in own)
        open_ = [at for at in own if not covered[at] and at not in answered]
        need = max(0, int(COVERED * len(own)) - there)
        answered |= set(generator.permutation(open_)[:need].tolist())
    return sorted(answered)
