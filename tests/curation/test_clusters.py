from __future__ import annotations

from pathlib import Path

import pytest

from curation.clusters import clusters, group, name_groups
from curation.corpus import Corpus, corpus_of
from curation.exceptions import ModelError
from curation.types import Example
from curation.vectors import append, begin
from tests.curation.test_projection import blobs

WORDS = ("parcel", "refund", "opening")


@pytest.fixture
def corpus() -> Corpus:
    texts = [f"please, my {WORDS[n % 3]} number {n}" for n in range(90)]
    return corpus_of([Example(id=f"e{n}", input=text) for n, text in enumerate(texts)])


@pytest.fixture
def folder(tmp_path: Path, corpus: Corpus) -> Path:
    append(tmp_path, begin(tmp_path, "model", 16), list(corpus.ids), blobs(90), cut=0)
    return tmp_path


def test_clusters_hold_what_is_alike_and_are_named_by_it(folder: Path, corpus: Corpus) -> None:
    ids = [f"e{n}" for n in range(3, 90) if n % 3 or n < 40]
    found = clusters(folder, corpus, ids, 3)
    assert sorted(id_ for cluster in found for id_ in cluster.example_ids) == sorted(ids)
    assert [len(cluster.example_ids) for cluster in found] == [29, 29, 13]
    for cluster in found:
        (blob,) = {int(id_[1:]) % 3 for id_ in cluster.example_ids}
        assert cluster.words == (WORDS[blob],)
        assert 0.8 < cluster.likeness <= 1


def test_one_cluster_for_few_and_none_for_nothing(folder: Path, corpus: Corpus) -> None:
    assert clusters(folder, corpus, []) == ()
    assert [c.example_ids for c in clusters(folder, corpus, ["e4"])] == [("e4",)]


def test_examples_without_embedding_are_refused(folder: Path, corpus: Corpus) -> None:
    with pytest.raises(ModelError, match="1 of 2 examples"):
        clusters(folder, corpus, ["e1", "new"])


def test_more_groups_than_rows_are_not_made() -> None:
    groups, centres = group(blobs(3), 10)
    assert sorted(groups) == [0, 1, 2]
    assert centres.shape == (3, 16)


def test_words_that_are_everywhere_name_nothing() -> None:
    every = ["the cat is here", "the dog is here", "the bird is here"]
    assert name_groups([["the cat is here"]], every * 3) == [("cat",)]
    assert name_groups([["1 2 3"], []], every) == [(), ()]
