"""Clusters of examples that say about the same, named by the words that tell them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation.child import Child, Send
from curation.corpus import Corpus
from curation.embeddings import nothing_embedded
from curation.types import JsonObject
from curation.vectors import Floats, read_embeddings

MOST_CLUSTERS = 20
ROWS_A_CLUSTER = 25
"""How many rows make it worth having one cluster more."""
NAMED_BY = 500
"""Rows of a cluster, and ten times as many of all, whose words are counted."""
WORD = re.compile(r"[^\W\d_][\w']+")


@dataclass(frozen=True)
class Cluster:
    """Examples that say about the same.

    Attributes
    ----------
    example_ids : tuple of str
        The most typical first.
    words : tuple of str
        The words that tell them apart from the rest, the most telling first.
    likeness : float
        Mean cosine between the examples and their centre.
    """

    example_ids: tuple[str, ...]
    words: tuple[str, ...]
    likeness: float


def clusters(
    folder: Path, corpus: Corpus, ids: Sequence[str], number: int | None = None
) -> tuple[Cluster, ...]:
    """Return the clusters among some examples, the largest first.

    Parameters
    ----------
    folder : Path
        A folder of embeddings.
    corpus : Corpus
        The examples the clusters are to be told apart from; `ids` are among them.
    ids : sequence of str
        The examples to be grouped.
    number : int, optional
        How many clusters; without it one for every 25 examples, 20 at most.

    Raises
    ------
    ModelError
        Some examples have no embedding, or the child died.
    """
    if not len(ids):
        return ()
    number = number or min(MOST_CLUSTERS, max(1, len(ids) // ROWS_A_CLUSTER))
    job = {"job": "clusters", "folder": str(folder), "ids": list(ids), "number": number}
    with Child("curation.arranger") as child:
        found = [(event["rows"], event["likeness"]) for event in child.events(job)]
    names = name_groups(
        [_texts(corpus, [ids[row] for row in rows[:NAMED_BY]]) for rows, _ in found],
        corpus.texts.gather_every(max(1, len(corpus) // (10 * NAMED_BY))).to_list(),
    )
    return tuple(
        Cluster(tuple(ids[row] for row in rows), words, likeness)
        for (rows, likeness), words in zip(found, names, strict=True)
    )


def _texts(corpus: Corpus, ids: Sequence[str]) -> list[str]:
    places = corpus.ids.places(ids)
    texts: list[str] = corpus.texts.gather(places[places >= 0]).to_list()
    return texts


def name_groups(
    groups: Sequence[Sequence[str]], background: Sequence[str], most: int = 4
) -> list[tuple[str, ...]]:
    """Return, for each group of texts, the words that tell it apart from all texts.

    A word counts by the share of the group's texts it is in, times the logarithm of how many times
    that is its share of all texts: the group's part in their Kullback-Leibler divergence. Words
    less than twice as frequent as everywhere tell nothing, however many they are.

    Examples
    --------
    >>> name_groups([["my parcel is late", "parcel lost"]], ["my cat", "is it late", "hello my"])
    [('parcel', 'lost')]
    """
    everywhere, n = _counts(background), len(background)
    return [_telling(_counts(texts), len(texts), everywhere, n)[:most] for texts in groups]


def _telling(
    inside: Counter[str], n_inside: int, outside: Counter[str], n_outside: int
) -> tuple[str, ...]:
    scores = {}
    for word, count in inside.items():
        here, there = count / n_inside, (outside[word] + 0.5) / (n_outside + 1)
        if here >= 2 * there:
            scores[word] = here * log(here / there)
    ranked = sorted(scores, key=lambda word: (-scores[word], word))
    return tuple(word for word in ranked if scores[word] >= scores[ranked[0]] / 5)


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(WORD.findall(text.lower())))


def find_clusters(job: JsonObject, send: Send) -> None:
    """Send the clusters among `ids`, the largest first: rows, the most typical first."""
    embeddings = read_embeddings(Path(job["folder"]))
    if embeddings is None:
        raise nothing_embedded()
    rows = embeddings.of(job["ids"])
    groups, centres = group(rows, job["number"])
    for label in np.argsort(-np.bincount(groups, minlength=len(centres)), kind="stable"):
        members = np.flatnonzero(groups == label)
        if len(members):
            likeness = rows[members] @ centres[label]
            ordered = members[np.argsort(-likeness, kind="stable")].tolist()
            send({"event": "cluster", "rows": ordered, "likeness": float(likeness.mean())})


def group(rows: Floats, number: int) -> tuple[NDArray[np.int64], Floats]:
    """Return each row's group and the groups' centres, of length one: k-means in mini-batches."""
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(min(number, len(rows)), random_state=0, n_init=3, batch_size=2048)
    groups: NDArray[np.int64] = model.fit_predict(rows).astype(np.int64)
    centres = model.cluster_centers_
    unit: Floats = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return groups, unit
