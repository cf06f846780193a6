"""A project embedded for real: what functions are served with, and never the exam."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation.exceptions import FunctionError, ModelError
from curation.project import Project, Settings, create_project, default_task
from curation.types import ABSTAIN, Annotation, Example, Split, TaskKind, VoteMatrix, example_id
from curation.vectors import read_embeddings
from labeling_functions.source import write_function
from studio import loop
from studio.stations.embedding import embedding_folder

TEXTS = {
    "What time do you open on Sunday?": ("hours", Split.TRAIN),
    "Are you open at the weekend, and from when?": ("hours", Split.TRAIN),
    "My parcel came with a broken lamp.": ("damage", Split.TRAIN),
    "The lamp you sent me is in pieces.": (None, Split.TRAIN),
    "At what time do you open on Saturday?": (None, Split.VALIDATION),
    "What time do you open on Monday?": ("hours", Split.TEST),
}
OPEN, WEEKEND, BROKEN, PIECES, SATURDAY, EXAM = map(example_id, TEXTS)
HOURS, DAMAGE = 0, 1


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    task = default_task(TaskKind.CLASSIFY, ("hours", "damage"))
    project = create_project(tmp_path / "shop", Settings(name="shop", task=task))
    project.store.add_examples(
        Example(id=example_id(text), input=text, reference=gold, split=split, group=text)
        for text, (gold, split) in TEXTS.items()
    )
    return project


def votes_of(matrix: VoteMatrix, name: str) -> dict[str, int]:
    (column,) = (n for n, function in enumerate(matrix.functions) if function.name == name)
    return dict(zip(matrix.example_ids, matrix.votes[:, column].tolist(), strict=True))


def declare(project: Project, *lines: str) -> None:
    for line in lines:
        write_function(project.functions, line)


@pytest.mark.slow  # starts children that load a model
def test_served_functions_wait_for_embeddings_and_then_vote(shop: Project) -> None:
    declare(
        shop,
        'sim = similar("sim", "hours", ["What time do you open on Sunday?"], at_least=0.5)',
        'near = nearest_gold("near", k=1)',
        'says = keywords("says", "hours", ["open"])',
    )
    waiting = loop.vote(shop)
    assert {f.function for f in waiting.faults} == {"sim", "near"}
    assert all("Compute embeddings first" in fault.error for fault in waiting.faults)
    assert HOURS in votes_of(waiting, "says").values()
    assert loop.votes_are_current(shop)

    loop.embed(shop)
    assert not loop.votes_are_current(shop)
    matrix = loop.vote(shop)
    assert matrix.faults == ()
    assert loop.votes_are_current(shop)
    assert votes_of(matrix, "sim") == {
        OPEN: HOURS, WEEKEND: HOURS, SATURDAY: HOURS, BROKEN: ABSTAIN, PIECES: ABSTAIN
    }  # fmt: skip
    near = votes_of(matrix, "near")
    assert near[PIECES] == DAMAGE
    assert near[SATURDAY] == HOURS
    assert near[BROKEN] == ABSTAIN  # the only gold like it is itself

    # gold that comes later is another version of nearest_gold, and of nothing else
    before = {function.name: function.key for function in matrix.functions}
    said = Annotation(uid="1", example_id=PIECES, answer="damage")
    shop.store.add_annotations([said])
    assert not loop.votes_are_current(shop)
    after = loop.vote(shop)
    changed = {f.name for f in after.functions if before[f.name] != f.key}
    assert changed == {"near"}
    assert votes_of(after, "near")[BROKEN] == DAMAGE

    _only_new_examples_are_embedded(shop)
    _the_exam_is_nowhere(shop)
    _what_is_like_what(shop)


def _only_new_examples_are_embedded(shop: Project) -> None:
    text = "Do you open on Sundays?"
    example = Example(id=example_id(text), input=text, group=text)
    shop.store.add_examples([example])
    assert loop.missing_embeddings(shop) == 1
    matrix = loop.vote(shop)
    (fault, _) = sorted(matrix.faults, key=lambda fault: fault.function, reverse=True)
    assert "1 of 1 examples have no embedding yet" in fault.error
    assert votes_of(matrix, "sim")[OPEN] == HOURS  # votes that stood still stand
    told: list[tuple[int, int]] = []
    loop.embed(shop, lambda done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
    assert votes_of(loop.vote(shop), "sim")[example.id] == HOURS


def _the_exam_is_nowhere(shop: Project) -> None:
    made = read_embeddings(embedding_folder(shop))
    assert made is not None
    assert EXAM not in made.ids
    assert set(TEXTS) - {"What time do you open on Monday?"} <= {
        text for text in TEXTS if example_id(text) in made.ids
    }
    near = loop.nearest(shop, "What time do you open on Monday?", k=99)
    assert EXAM not in [found.example_id for found in near]
    assert EXAM not in loop.map_of(shop).ids


def _what_is_like_what(shop: Project) -> None:
    near = loop.nearest(shop, [BROKEN], k=1)
    assert [found.example_id for found in near] == [PIECES]
    groups = loop.clusters(shop, [OPEN, WEEKEND, SATURDAY, BROKEN, PIECES], 2)
    assert [set(group.example_ids) for group in groups] == [
        {OPEN, WEEKEND, SATURDAY},
        {BROKEN, PIECES},
    ]
    assert "lamp" in groups[1].words
    gold = loop.tuning_gold(shop)
    found = loop.similar_bound(shop, gold, "hours", ["When is the shop open?"], precision=0.3)
    assert found.at_least is not None
    assert 0.2 < found.at_least < 0.9
    assert (found.precision.value, found.precision.n) == (1.0, 2)
    sure = loop.similar_bound(shop, gold, "hours", ["When is the shop open?"])
    assert sure.at_least is None
    assert sure.precision.undefined


def test_before_anything_is_embedded_it_is_said(shop: Project) -> None:
    with pytest.raises(ModelError, match="Compute embeddings first"):
        loop.map_of(shop)
    with pytest.raises(ModelError, match="Compute embeddings first"):
        loop.nearest(shop, "a text")
    with pytest.raises(FunctionError, match="Compute embeddings first"):
        loop.similar_bound(shop, {OPEN: "hours"}, "hours", ["a text"])
    assert loop.missing_embeddings(shop) == 5
    assert not loop.has_map(shop)


def test_a_model_that_is_no_model_is_said(shop: Project, tmp_path: Path) -> None:
    settings = shop.settings.model_copy(update={"embedding_model": str(tmp_path)})
    with pytest.raises(ModelError, match="does not load"):
        loop.embed(Project(shop.folder, settings))
