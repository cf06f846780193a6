"""What rows can have in common: words, labels, lengths, sources, metadata, what they are about."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curation.types import DatasetRow
from evaluation.slicing.naming import distinguishing
from evaluation.words import words

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

LENGTHS = ((1, 5), (6, 15), (16, 50), (51, 200), (201, 10**9))
MOST_VALUES = 20
"""Different values a column may have; one with more tells rows apart, not together."""
MOST_WORDS = 1_500
ROWS_A_GROUP = 60
"""Rows in a group of texts that are alike, about."""
SEED = 13


@dataclass(frozen=True)
class Feature:
    """Something that some rows have.

    Attributes
    ----------
    name : str
        In words, as in "says refund" or "label: cash".
    about : str
        What kind it is; two of one kind are never combined.
    mask : bool array, shape (n,)
    """

    name: str
    about: str
    mask: Mask


def features(
    rows: Sequence[DatasetRow],
    *,
    least: int,
    vectors: Floats | None = None,
    extra: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Feature, ...]:
    """Return what at least some rows, and not nearly all, have in common.

    Confidence is left out: that less sure answers are wrong more often says nothing of the data.

    Parameters
    ----------
    rows : sequence of DatasetRow, length n
    least : int
        Rows a feature must be on.
    vectors : float array, shape (n, d), optional
        Embeddings, for groups of texts that are alike.
    extra : mapping of str to sequence of str, optional
        Further facts by name, one value a row; an empty value is none.
    """
    n = len(rows)
    found = [*_words(rows), *_lengths(rows), *_values("label", [row.answer for row in rows])]
    found += _values("source", [row.source for row in rows])
    for name, values in (_metadata(rows) | dict(extra or {})).items():
        found += _values(name, values)
    if vectors is not None and n >= 4 * ROWS_A_GROUP:
        found += _alike(rows, vectors)
    return tuple(one for one in found if least <= one.mask.sum() <= n - least)


def _words(rows: Sequence[DatasetRow]) -> Iterator[Feature]:
    """Yield the commonest words and pairs of words; of two that are on the same rows, one."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        said = words(row.input)
        for gram in dict.fromkeys([*said, *map(" ".join, pairwise(said))]):
            places[gram].append(at)
    often = Counter({gram: len(at) for gram, at in places.items()}).most_common(MOST_WORDS)
    taken = set[tuple[int, ...]]()
    for gram, _ in often:
        on = tuple(places[gram])
        if on not in taken:
            taken.add(on)
            yield Feature(f'says "{gram}"', "words", _mask(on, len(rows)))


def _mask(on: Sequence[int], n: int) -> Mask:
    mask = np.zeros(n, dtype=np.bool_)
    mask[list(on)] = True
    return mask


def _lengths(rows: Sequence[DatasetRow]) -> Iterator[Feature]:
    count = np.array([len(words(row.input)) for row in rows])
    for low, high in LENGTHS:
        name = f"{low} to {high} words" if high < LENGTHS[-1][1] else f"over {low - 1} words"
        yield Feature(name, "length", (count >= low) & (count <= high))


def _values(name: str, values: Sequence[str]) -> Iterator[Feature]:
    """Yield one feature a value, where there are not too many."""
    column = np.array(values, dtype=object)
    known = sorted({value for value in values if value})
    if name != "label" and len(known) > MOST_VALUES:
        return
    for value in known:
        yield Feature(f"{name}: {value}", name, np.asarray(column == value, dtype=np.bool_))


def _metadata(rows: Sequence[DatasetRow]) -> dict[str, list[str]]:
    """Return the columns of the file by name; numbers of many values by quarter."""
    names = dict.fromkeys(name for row in rows for name in row.metadata)
    return {name: _column([row.metadata.get(name) for row in rows]) for name in names}


def _column(values: Sequence[object]) -> list[str]:
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(set(numbers)) <= MOST_VALUES or len(numbers) < len(values) / 2:
        return ["" if value is None else str(value) for value in values]
    ends = np.quantile(numbers, (0, 0.25, 0.5, 0.75, 1)).tolist()
    return [
        _quarter(float(value), ends) if isinstance(value, int | float) else "" for value in values
    ]


def _quarter(value: float, ends: Sequence[float]) -> str:
    at = min(3, max(0, bisect_right(ends, value) - 1))
    return f"{ends[at]:g} to {ends[at + 1]:g}"


def _alike(rows: Sequence[DatasetRow], vectors: Floats) -> Iterator[Feature]:
    """Yield groups of texts that are alike, each named by the words that set it apart."""
    from sklearn.cluster import MiniBatchKMeans

    number = max(2, len(rows) // ROWS_A_GROUP)
    model = MiniBatchKMeans(number, random_state=SEED, n_init=3, batch_size=2048)
    group = model.fit_predict(vectors)
    said = [frozenset(words(row.input)) for row in rows]
    for at in range(number):
        mask = np.asarray(group == at, dtype=np.bool_)
        if mask.any():
            yield Feature(f"about {', '.join(distinguishing(said, mask))}", "alike", mask)
