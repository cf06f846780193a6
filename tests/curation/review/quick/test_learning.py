from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.review.quick.learning import FOLDS, folds, teaching_rows
from curation.review.quick.lesson import VOTES, WORDS, Taught
from curation.types import Word


def taught(words: list[int], given_: list[int], sure: list[float]) -> Taught:
    rows, none = np.arange(len(words)), np.empty(0, dtype=np.int64)
    return Taught(rows, np.array(given_), np.array(words), rows, np.array(sure), none, none)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=80))
def test_families_stay_together_and_every_fold_leaves_something_to_learn_from(
    rows: list[tuple[int, int]],
) -> None:
    label, family = (np.array(part) for part in zip(*rows, strict=True))
    place = folds(label, family)
    assert ((place >= -1) & (place < FOLDS)).all()
    for own in np.unique(family):
        assert len(set(place[family == own].tolist())) == 1
    for own in np.unique(label):
        families = np.unique(family[label == own])
        if len(families) == 1 and (label[family == families[0]] == own).all():
            assert (place[label == own] == -1).all()


def test_labels_are_spread_evenly_over_the_folds() -> None:
    label = np.repeat([0, 1], [50, 7])
    place = folds(label, np.arange(57))
    assert np.bincount(place[label == 0]).tolist() == [10] * FOLDS
    assert sorted(np.bincount(place[label == 1])) == [1, 1, 1, 2, 2]


def test_votes_teach_only_where_they_are_sure_and_people_few() -> None:
    person = WORDS.index(Word.PERSON)
    few = taught([person, VOTES, VOTES], [0, 1, 1], [1, 0.9, 0.7])
    assert teaching_rows(few, 2).tolist() == [True, True, False]
    many = taught([person] * 60 + [VOTES], [0, 1] * 30 + [1], [1.0] * 61)
    assert teaching_rows(many, 2).tolist() == [True] * 60 + [False]
    flood = taught([VOTES] * 200, [0] * 200, [0.9] * 200)
    assert teaching_rows(flood, 2).sum() == 50
