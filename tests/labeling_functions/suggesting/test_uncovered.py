from __future__ import annotations

import numpy as np

from curation.corpus import corpus_of
from curation.types import ABSTAIN, Example
from labeling_functions.suggesting.suggestion import Ground
from labeling_functions.suggesting.uncovered import suggest_uncovered

TEXTS = [
    *(f"track my parcel please {i}" for i in range(20)),
    *(f"the app crashes when I log in {i}" for i in range(20)),
    *(f"all is fine here {i}" for i in range(60)),
]


def ground(covered: int = 60) -> Ground:
    votes = np.array([[ABSTAIN]] * (100 - covered) + [[0]] * covered, dtype=np.int8)
    corpus = corpus_of([Example(id=str(n), input=text) for n, text in enumerate(TEXTS)])
    return Ground(corpus, np.full(100, -1), votes, ("a", "b"))


def test_phrases_nobody_votes_on_wait_for_a_label() -> None:
    found = suggest_uncovered(ground())
    assert {one.label for one in found} == {""}
    assert {len(one.rows) for one in found} == {20}
    assert len(found) == 2
    assert found[0].precision.value is None
    assert "no label" in found[0].precision.undefined
    assert '"b"' in found[0].code("b")


def test_each_cluster_gives_a_phrase_of_its_own() -> None:
    clusters = [np.arange(20), np.arange(20, 40)]
    first, second = suggest_uncovered(ground(), clusters)
    assert first.rows.tolist() == clusters[0].tolist()
    assert second.rows.tolist() == clusters[1].tolist()


def test_a_dismissed_phrase_gives_way_to_another() -> None:
    first = suggest_uncovered(ground())
    again = suggest_uncovered(ground(), dismissed={one.key for one in first})
    assert {one.says for one in first}.isdisjoint(one.says for one in again)


def test_where_everything_is_covered_there_is_nothing_to_name() -> None:
    assert suggest_uncovered(ground(covered=100)) == []
