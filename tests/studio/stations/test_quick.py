"""The quick model of a project: what it learns from, what measures it, and never the exam."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curation.exceptions import ModelError
from curation.project import Project, Settings, create_project, default_task, open_project
from curation.types import Annotation, Example, Split, TaskKind, Word, example_id
from curation.vectors import append, begin
from labeling_functions.source import write_function
from studio import jobs, loop
from studio.stations.embedding import embedding_folder
from tests.curation.test_projection import blobs

LABELS = ("card", "cash", "refund")
SPLITS = [Split.TRAIN] * 60 + [Split.VALIDATION] * 20 + [Split.TEST] * 10
TEXTS = [f"{LABELS[n % 3]} question number {n}" for n in range(90)]
ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data" / "banking77"


@pytest.fixture
def shop(project: Project, make_example: Callable[..., Example]) -> Project:
    """Return a project of 90 texts on three topics, embedded; validation and exam have gold."""
    project.store.add_examples(
        make_example(text, split=split, reference=None if split is Split.TRAIN else LABELS[n % 3])
        for n, (text, split) in enumerate(zip(TEXTS, SPLITS, strict=True))
    )
    folder = embedding_folder(project)
    folder.mkdir(parents=True)
    seen = [example_id(text) for text in TEXTS[:80]]
    append(folder, begin(folder, project.settings.embedding_model, 16), seen, blobs(80), cut=0)
    return project


def say(project: Project, numbers: range, *, wrong: tuple[int, ...] = ()) -> None:
    loop.answer(
        project,
        [
            Annotation(
                uid=f"u{n}-{time.monotonic_ns()}",
                example_id=example_id(TEXTS[n]),
                answer=LABELS[(n + (n in wrong)) % 3],
                reviewer="mia",
            )
            for n in numbers
        ],
    )


def test_it_learns_from_people_and_is_measured_on_validation(shop: Project) -> None:
    assert loop.quick_model(shop) is None
    assert loop.is_worth_refitting(shop, None)
    say(shop, range(50), wrong=(7,))
    say(shop, range(80, 85))  # the exam, labelled blind
    model = loop.refit(shop)
    assert model.fit.fitted == {Word.PERSON: 50, Word.GOLD: 0, Word.VOTES: 0}
    fair, own = loop.accuracy_of(model), loop.own_accuracy_of(model)
    assert (fair.value, fair.n, own.n) == (1, 20, 50)
    assert fair.low is not None
    assert 0.8 < fair.low < 1
    assert own.value == pytest.approx(49 / 50)
    assert set(model.issues) == {example_id(TEXTS[7])}
    assert len(model.example_ids) == 80
    assert model.rows([example_id(TEXTS[85])]).tolist() == [-1]


def test_answers_since_the_fit_make_it_stale(shop: Project) -> None:
    say(shop, range(30))
    model = loop.refit(shop)
    assert loop.answers_since(shop, model) == 0
    say(shop, range(80, 85))  # the exam tells it nothing
    say(shop, range(30, 49))
    assert loop.answers_since(shop, model) == 19
    assert not loop.is_worth_refitting(shop, model)
    say(shop, range(49, 50))
    assert loop.is_worth_refitting(shop, model)


def test_gold_questions_teach_nothing_and_open_disagreements_neither(shop: Project) -> None:
    say(shop, range(30))
    ids = [example_id(TEXTS[n]) for n in (0, 40)]
    other = Annotation(uid="x", example_id=ids[0], answer="refund", reviewer="ben")
    gold = Annotation(uid="y", example_id=ids[1], answer="cash", reviewer="ben", drawn="gold")
    loop.answer(shop, [other, gold])
    assert loop.refit(shop).fit.fitted[Word.PERSON] == 29


def test_votes_teach_where_people_have_said_little(shop: Project) -> None:
    for label in LABELS:
        write_function(shop.functions, f'{label} = keywords("{label}", "{label}", ["{label}"])')
    model = loop.refit(shop)
    assert model.fit.fitted == {Word.PERSON: 0, Word.GOLD: 0, Word.VOTES: 60}
    assert (model.fit.weight, model.fit.right, model.fit.n) == (1, 20, 20)
    own = loop.own_accuracy_of(model)
    assert own.value is None
    assert own.undefined


def test_a_task_without_labels_is_refused(tmp_path: Path) -> None:
    task = default_task(TaskKind.GENERATE)
    writes = create_project(tmp_path / "writes", Settings(name="writes", task=task))
    assert loop.quick_model(writes) is None
    assert not loop.is_worth_refitting(writes, None)
    with pytest.raises(ModelError, match="picks labels"):
        loop.refit(writes)


@pytest.mark.slow  # starts the command line
def test_it_is_fitted_in_a_process_of_its_own_which_says_how_it_failed(shop: Project) -> None:
    assert jobs.refit_state(shop) == jobs.JobState(live=False)
    jobs.start_refit(shop)
    jobs.start_refit(shop)
    assert jobs.refit_state(shop).live
    assert "two labels" in wait(shop).failed
    say(shop, range(30))
    jobs.start_refit(shop)
    assert wait(shop) == jobs.JobState(live=False)
    model = loop.quick_model(shop)
    assert model is not None
    assert model.fitted_on == 30
    said = json.loads((loop.quick_folder(shop) / "log").read_text().splitlines()[-1])
    assert said["validation"]["n"] == 20


def wait(project: Project) -> jobs.JobState:
    deadline = time.monotonic() + 60
    while (state := jobs.refit_state(project)).live:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return state


@pytest.mark.slow  # embeds 10,000 texts
@pytest.mark.skipif(not DATA.is_dir(), reason="Banking77 is not beside the checkout")
def test_most_flipped_labels_of_banking77_are_found(tmp_path: Path) -> None:
    task = default_task(TaskKind.CLASSIFY)
    bank = create_project(tmp_path / "bank", Settings(name="bank", task=task))
    loop.import_file(bank, DATA / "train.csv")
    gold = bank.store.references(Split.TRAIN)
    labels, chance = sorted(set(gold.values())), np.random.default_rng(3)
    flipped = {id_ for id_ in gold if chance.random() < 0.07}
    loop.answer(
        bank,
        [
            Annotation(
                uid=id_,
                example_id=id_,
                answer=labels[(labels.index(gold[id_]) + int(chance.integers(1, 77))) % 77],
            )
            for id_ in gold
            if id_ in flipped
        ],
    )
    model = loop.refit(open_project(bank.folder))  # it has the labels now
    found = list(model.issues)
    assert sum(id_ in flipped for id_ in found[:100]) >= 95
    assert len(flipped.intersection(found)) >= 0.7 * len(flipped)
    fair = loop.accuracy_of(model)
    assert fair.value is not None
    assert fair.value > 0.87
