"""What a labeling function might look for: phrases, prefixes, openings and shapes in the texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from labeling_functions.analysis.tally import Rows
from labeling_functions.conditions import Condition, masks
from labeling_functions.conditions.pattern import Pattern
from labeling_functions.conditions.words import Words
from labeling_functions.suggesting.shapes import CODE, FORMS, shape_of

if TYPE_CHECKING:
    import polars as pl

    from curation.corpus import Corpus

Part = tuple[Rows, Rows, list["Candidate"]]
"""Candidate and row of every occurrence, and the candidates."""

PIECE = r"\w+(?:['’]\w+)*|[^\w\s]+"  # noqa: RUF001 - the apostrophe people type
"""A word, or signs between words."""
LONGEST = 3
"""Words of a phrase at most."""
SHORTEST_PREFIX = 4

Kind = Literal["phrase", "gap", "opening"]


@dataclass(frozen=True)
class Candidate:
    """Something to look for.

    Attributes
    ----------
    says : str
        What a text with it does, in words.
    phrase, regex : str
        One of them.
    ignore_case : bool
    """

    says: str
    phrase: str = ""
    regex: str = ""
    ignore_case: bool = True

    @property
    def condition(self) -> Condition:
        """What decides."""
        return Words((self.phrase,)) if self.phrase else Pattern(self.regex, self.ignore_case)


@dataclass(frozen=True)
class Found:
    """Which rows each candidate is on, as counted.

    The counts are of tokens, and quick; the condition of a candidate is what decides.

    Attributes
    ----------
    which, rows : int array, shape (e,)
        Candidate and row of every occurrence, each pair once.
    candidates : tuple of Candidate
    """

    which: Rows
    rows: Rows
    candidates: tuple[Candidate, ...]


def find_candidates(corpus: Corpus, least: int = 2) -> Found:
    """Return the phrases, gapped phrases, openings, prefixes, shapes and forms of some texts.

    Parameters
    ----------
    corpus : Corpus, length n
    least : int
        What is on fewer rows is left out.
    """
    which, rows, candidates = [], [], list[Candidate]()
    for places, found, made in (*_Tokens(corpus.texts, least).grams(), *_forms(corpus, least)):
        which.append(places + len(candidates))
        rows.append(found)
        candidates += made
    return Found(_joined(which), _joined(rows), tuple(candidates))


def _joined(parts: list[Rows]) -> Rows:
    return np.concatenate(parts).astype(np.intp)


class _Tokens:
    """The tokens of some texts, one after another, as numbers."""

    def __init__(self, texts: pl.Series, least: int) -> None:
        lists = texts.str.to_lowercase().str.extract_all(PIECE)
        self.least = least
        self.tokens = lists.explode(empty_as_null=False)
        self.row = np.repeat(np.arange(len(texts)), lists.list.len().to_numpy())
        self.word = self.tokens.str.contains(r"^\w").to_numpy()
        keys = self.tokens.hash().to_numpy()
        _, self.first, self.code = np.unique(keys, return_index=True, return_inverse=True)

    def grams(self) -> Iterator[Part]:
        """Yield phrases, prefixes, phrases with a gap and openings: the plainest first."""
        yield from self._phrases()
        yield from self._prefixes()
        yield from self._gaps()
        yield from self._openings()

    def _phrases(self) -> Iterator[Part]:
        """Yield words, and phrases of up to three."""
        starts, code = np.flatnonzero(self.word), self.code
        yield from self._part("phrase", starts, code[starts], 1)
        for length in range(2, LONGEST + 1):
            starts = self._often(starts, code[starts])
            starts = starts[self._inside(starts, length)]
            longer = code[starts] * len(self.first) + self.code[starts + length - 1]
            code = np.zeros(len(self.code), dtype=np.intp)
            code[starts] = np.unique(longer, return_inverse=True)[1]
            yield from self._part("phrase", starts, code[starts], length)

    def _often(self, starts: Rows, code: Rows) -> Rows:
        """Keep the grams that stand often enough to be part of a longer one."""
        return starts[np.bincount(code, minlength=1)[code] >= self.least]

    def _inside(self, starts: Rows, length: int) -> NDArray[np.bool_]:
        """Return where a phrase of this length stays in its row and crosses no comma."""
        end = starts + length - 1
        fits = end < len(self.row)
        end = np.minimum(end, max(0, len(self.row) - 1))
        found: NDArray[np.bool_] = fits & (self.row[end] == self.row[starts]) & self.word[end]
        return found

    def _gaps(self) -> Iterator[Part]:
        """Yield two words with one between."""
        starts = np.flatnonzero(self.word)
        starts = starts[self._inside(starts, 2)]
        starts = starts[self._inside(starts, 3)]
        code = self.code[starts] * len(self.first) + self.code[starts + 2]
        yield from self._part("gap", starts, code, 3)

    def _openings(self) -> Iterator[Part]:
        """Yield the first words of the rows, one or two."""
        starts = np.flatnonzero(np.diff(self.row, prepend=-1) > 0)
        starts = starts[self.word[starts]]
        yield from self._part("opening", starts, self.code[starts], 1)
        starts = starts[self._inside(starts, 2)]
        code = self.code[starts] * len(self.first) + self.code[starts + 1]
        yield from self._part("opening", starts, code, 2)

    def _prefixes(self) -> Iterator[Part]:
        """Yield the beginnings that several words share."""
        vocabulary = self.tokens.gather(self.first)
        long = np.flatnonzero(
            (vocabulary.str.len_chars().to_numpy() > SHORTEST_PREFIX) & self.word[self.first]
        )
        stems = [(word, vocabulary[word]) for word in long.tolist()]
        shared: dict[str, list[int]] = {}
        for word, text in stems:
            for end in range(SHORTEST_PREFIX, len(text)):
                shared.setdefault(text[:end], []).append(word)
        # Of the prefixes that the same words share, the longest says most.
        by_words = {tuple(words): stem for stem, words in shared.items() if len(words) > 1}
        pairs = [(word, n) for n, words in enumerate(by_words) for word in words]
        candidates = [
            Candidate(f'says "{stem}…"', regex=rf"(?<!\w){re.escape(stem)}")
            for stem in by_words.values()
        ]
        if pairs:
            yield self._expanded(np.array(pairs, dtype=np.intp), candidates)

    def _expanded(self, pairs: Rows, candidates: list[Candidate]) -> Part:
        """Return the occurrences of prefixes, of (word, prefix) pairs."""
        order = np.argsort(self.code, kind="stable")
        counts = np.bincount(self.code, minlength=len(self.first))
        starts = np.cumsum(counts) - counts
        words, prefixes = pairs[:, 0], pairs[:, 1]
        sizes = counts[words]
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        tokens = order[np.repeat(starts[words], sizes) + offsets]
        return _distinct(np.repeat(prefixes, sizes), self.row[tokens], candidates, self.least)

    def _part(self, kind: Kind, starts: Rows, code: Rows, length: int) -> Iterator[Part]:
        if not len(starts):
            return
        _, first, which = np.unique(code, return_index=True, return_inverse=True)
        counts = np.bincount(which)
        often = np.flatnonzero(counts >= self.least)
        number = np.full(len(first), -1)
        number[often] = np.arange(len(often))
        kept = number[which] >= 0
        texts = [self.tokens.gather(starts[first[often]] + n).to_list() for n in range(length)]
        candidates = [_candidate(kind, words) for words in zip(*texts, strict=True)]
        yield _distinct(number[which][kept], self.row[starts[kept]], candidates, self.least)


def _distinct(which: Rows, rows: Rows, candidates: list[Candidate], least: int) -> Part:
    """Count each row once, and leave out what is on too few rows."""
    width = int(rows.max(initial=0)) + 1
    keys = np.unique(which * width + rows)
    which, rows = np.divmod(keys, width)
    counts = np.bincount(which, minlength=len(candidates))
    kept = np.flatnonzero(counts >= least)
    number = np.full(len(candidates), -1)
    number[kept] = np.arange(len(kept))
    chosen = number[which] >= 0
    return number[which][chosen], rows[chosen], [candidates[n] for n in kept.tolist()]


def _candidate(kind: Kind, words: tuple[str, ...]) -> Candidate:
    phrase = " ".join(words)
    if kind == "phrase":
        return Candidate(f'says "{phrase}"', phrase)
    if kind == "gap":
        first, _, last = map(re.escape, words)
        regex = rf"(?<!\w){first}\s+[\w'’]+\s+{last}(?!\w)"  # noqa: RUF001
        return Candidate(f'says "{words[0]} … {words[2]}"', regex=regex)
    opening = r"\s+".join(map(re.escape, words))
    return Candidate(f'begins with "{phrase}"', regex=rf"^\s*{opening}(?!\w)")


def _forms(corpus: Corpus, least: int) -> Iterator[Part]:
    """Yield the forms that texts have, and the shapes of codes in them, such as order numbers."""
    made = [Candidate(says, regex=regex) for says, regex in FORMS.items()]
    which, rows = np.nonzero(masks([candidate.condition for candidate in made], corpus))
    yield _distinct(which, rows, made, least)
    lists = corpus.texts.str.extract_all(CODE)
    codes = lists.explode(empty_as_null=False).to_list()
    shapes = [shape_of(code) for code in codes]
    like = dict(zip(reversed(shapes), reversed(codes), strict=True))
    number = {shape: n for n, shape in enumerate(like)}
    made = [
        Candidate(f"has a code like {code}", regex=shape, ignore_case=False)
        for shape, code in like.items()
    ]
    row = np.repeat(np.arange(len(corpus)), lists.list.len().to_numpy())
    which = np.array([number[shape] for shape in shapes], dtype=np.intp)
    yield _distinct(which, row, made, least)
