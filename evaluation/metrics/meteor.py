"""METEOR (Banerjee & Lavie 2005) as nltk computes it, with synonyms where there is a WordNet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from nltk.translate.meteor_score import single_meteor_score  # noqa: TID253 - loaded lazily

from evaluation.intervals import Array
from evaluation.metrics.base import Mean
from evaluation.metrics.overlap import Overlap
from evaluation.words import words

STEMMED = "METEOR exact+stem"
FULL = "METEOR exact+stem+WordNet"


class _NoSynonyms:
    """A WordNet that knows no word."""

    def synsets(self, _word: str) -> list[str]:
        """Return no synonym set."""
        return []


class Meteor(Overlap, Mean):
    """The mean over rows of METEOR: words match by form, by Porter stem, as synonyms if we can."""

    named = "meteor"

    def __init__(self) -> None:
        self.wordnet = find_wordnet()
        super().__init__()

    @property
    def method(self) -> str:  # type: ignore[override]
        """The variant: the two give different numbers."""
        if self.wordnet is None:
            return f"{STEMMED}; without synonyms, for there is no WordNet on this machine"
        return f"{FULL} {self.wordnet.get_version()}"

    def each(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return every row's METEOR."""
        wordnet = self.wordnet or _NoSynonyms()
        pairs = zip(predictions, references, strict=True)
        found = [
            single_meteor_score(words(reference), words(answer), wordnet=wordnet)
            for answer, reference in pairs
        ]
        return np.array(found)[:, None]


@cache
def find_wordnet() -> Any | None:  # noqa: ANN401 - nltk's reader
    """Return the WordNet of nltk's data folders, or None; nothing is ever downloaded."""
    from nltk.corpus import wordnet

    try:
        wordnet.ensure_loaded()
    except (LookupError, OSError, ValueError, AssertionError):  # absent, or not a whole one
        return None
    return wordnet
