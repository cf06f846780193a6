"""Pages of what is alike: train only, nobody's answer again, no two people the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from curation.project import Project, change_settings
from curation.review.evidence import Belief
from curation.types import Annotation, Example, Split, example_id
from curation.vectors import append, begin
from labeling_functions.source import write_function
from studio import loop
from studio.stations.alike import propose
from studio.stations.embedding import embedding_folder
from studio.stations.evidence import Opinions
from tests.curation.test_projection import blobs

LABELS = ("card", "cash", "refund")
TEXTS = [f"{LABELS[n % 3]} question number {n}" for n in range(120)]
IDS = [example_id(text) for text in TEXTS]
HELD_OUT = range(90, 120)


@pytest.fixture
def shop(project: Project, make_example: Callable[..., Example]) -> Project:
    """Return a project whose functions label everything rightly, with embeddings in blobs."""
    project.store.add_examples(
        make_example(text, split=Split.VALIDATION if n in HELD_OUT else Split.TRAIN)
        for n, text in enumerate(TEXTS)
    )
    folder = embedding_folder(project)
    folder.mkdir(parents=True)
    append(folder, begin(folder, project.settings.embedding_model, 16), IDS, blobs(120), cut=0)
    for label in LABELS:
        write_function(project.functions, f'{label} = keywords("{label}", "{label}", ["{label}"])')
    loop.vote(project)
    return project


def ids(project: Project, label: str = "card", **options: object) -> list[str]:
    return [row.example_id for row in loop.alike(project, label, **options)]  # type: ignore[arg-type]


def test_a_page_is_of_one_label_and_of_train_only(shop: Project) -> None:
    counts = loop.labels_alike(shop)
    assert set(counts) == set(LABELS)
    rows = loop.alike(shop, "card", number=10, tab="one")
    assert len(rows) == 10
    assert {row.label for row in rows} == {"card"}
    assert all(row.text == TEXTS[IDS.index(row.example_id)] for row in rows)
    assert all(IDS.index(row.example_id) % 3 == 0 for row in rows)
    every = ids(shop, number=1_000, tab="one")
    assert len(every) == counts["card"]
    assert not {IDS[n] for n in HELD_OUT} & set(every)
    # a fifth of the thirty is left to chance, so that estimates stay fair
    assert 15 <= counts["card"] < 30


def test_the_rows_most_like_the_seed_come_first(shop: Project) -> None:
    seed = ids(shop, number=30)[-1]
    found = ids(shop, number=30, seed=seed)
    assert found[0] == seed
    vectors = blobs(120)
    near = [float(vectors[IDS.index(id_)] @ vectors[IDS.index(seed)]) for id_ in found]
    assert near == pytest.approx(sorted(near, reverse=True), abs=1e-3)  # kept in half precision


def test_what_was_answered_refused_or_handed_to_another_is_not_shown(shop: Project) -> None:
    mine = ids(shop, number=6, reviewer="mia", tab="one")
    his = ids(shop, number=1_000, reviewer="ben", tab="two")
    assert not set(mine) & set(his)
    words = [
        Annotation(uid="1", example_id=mine[0], answer="card", reviewer="mia"),
        Annotation(uid="2", example_id=mine[1], action="refuse", answer="card", reviewer="mia"),
        Annotation(uid="3", example_id=mine[2], action="skip", reviewer="mia"),
    ]
    before = loop.labels_alike(shop, reviewer="mia")["card"]
    loop.answer(shop, words)
    left = ids(shop, number=6, reviewer="mia", tab="one")
    assert not set(mine[:3]) & set(left)
    assert set(mine[3:]) <= set(left)
    assert loop.labels_alike(shop, reviewer="mia")["card"] == before - 3


def test_nothing_is_proposed_without_functions_or_a_model(project: Project) -> None:
    project.store.add_examples(
        Example(id=id_, input=text, group=text) for id_, text in zip(IDS, TEXTS, strict=True)
    )
    assert loop.labels_alike(project) == {}
    assert loop.alike(project, "card") == ()


def test_functions_and_model_must_not_contradict_each_other() -> None:
    covered = np.array([True, True, True, False, True])
    votes = np.array([[0.9, 0.1], [0.9, 0.1], [0.45, 0.55], [0.5, 0.5], [0.9, 0.1]])
    thought = np.array([[0.7, 0.3], [0.2, 0.8], [0.4, 0.6], [0.1, 0.9]])
    opinions = Opinions(
        functions=Belief(("a", "b"), votes, covered),
        model=Belief(("a", "b"), thought, np.ones(4, dtype=bool)),  # the fifth came since
    )
    found = propose(opinions, ("b", "a"), 5)
    assert found.label.tolist() == [1, -1, 0, 0, 1]
    assert found.probability[[0, 2, 3, 4]].tolist() == pytest.approx([0.7, 0.6, 0.9, 0.9])


def test_what_another_answered_is_proposed_to_nobody(shop: Project) -> None:
    review = shop.settings.review.model_copy(update={"people": 2})
    twice = change_settings(shop, shop.settings.model_copy(update={"review": review}))
    first = ids(twice, reviewer="eva")[0]
    said = Annotation(uid="ben", example_id=first, answer="card", reviewer="ben")
    loop.answer(twice, [said])
    assert first not in ids(twice, number=1_000, reviewer="eva")
