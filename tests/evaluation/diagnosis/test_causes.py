"""Each planted fault is found with its subject, and a healthy world is told nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from curation.exceptions import EvaluationError
from curation.types import Split
from evaluation.diagnosis.actions import all_claims, next_actions
from evaluation.diagnosis.causes import CAUSES
from evaluation.diagnosis.claim import LEVEL, Claim
from evaluation.diagnosis.scene import NOBODY, Scene
from tests.evaluation.diagnosis.conftest import LABELS, World

Make = Callable[..., World]
SEEDS = range(3)


def best(scene: Scene) -> Claim:
    return next_actions(all_claims(scene))[0].claim


@pytest.mark.parametrize("seed", range(6))
def test_a_healthy_world_is_told_nothing(seed: int, make_world: Make) -> None:
    scene = make_world(seed=seed).scene()
    assert len(scene.errors) > 5  # there are errors to explain away
    assert next_actions(all_claims(scene)) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_function_that_votes_for_another_label_is_named(seed: int, make_world: Make) -> None:
    world = make_world(seed=seed)
    for side in ("v", "u"):
        own = world.said[side][:, 2] >= 0
        world.said[side][own, 2] = 4
    scene = world.scene()
    claim = best(scene)
    assert (claim.cause, claim.subject, claim.do) == ("wrong_function", "cash_a", "function")
    assert np.mean(scene.asked.answers[claim.errors] == 4) > 0.7
    assert "are cash: was that meant?" in claim.advice
    assert all(id_.startswith("u") for id_ in claim.work_on), "no held-out text is shown"
    assert claim.expected < 0.2 < scene.asked.wrong[claim.rows].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_label_without_functions_is_named(seed: int, make_world: Make) -> None:
    world = make_world(seed=seed)
    for side in ("v", "u"):
        world.said[side][:, [6, 7]] = -1
    world.answered &= world.truth["u"] != 3
    scene = world.scene()
    claim = best(scene)
    assert (claim.cause, claim.subject, claim.do) == ("uncovered", "transfer", "label")
    open_ = {id_ for id_, word in zip(scene.pool.ids, scene.pool.word, strict=True) if not word}
    assert set(claim.work_on) <= open_
    truth = dict(zip(scene.pool.ids, world.truth["u"], strict=True))
    assert np.mean([truth[id_] == 3 for id_ in claim.work_on]) > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_gold_swapped_between_two_labels_is_named(seed: int, make_world: Make) -> None:
    world = make_world(seed=seed)
    for side in ("v", "u"):
        own = np.flatnonzero(world.truth[side] == 0)
        swapped = world.generator.permutation(own)[: max(1, round(0.15 * len(own)))]
        world.given[side][swapped] = 2
    scene = world.scene()
    claim = best(scene)
    assert (claim.cause, claim.subject, claim.do) == ("suspect_gold", "refund for card", "recheck")
    ids = {f"v{at}" for at in np.flatnonzero(world.given["v"] != world.truth["v"])}
    assert len(set(claim.work_on) & ids) >= 0.6 * len(ids)


@pytest.mark.parametrize("seed", SEEDS)
def test_texts_unlike_any_in_training_are_named(seed: int, make_world: Make) -> None:
    world = make_world(seed=seed)
    strange = world.unit(
        np.eye(24)[10 + np.arange(40) % 8] + world.generator.normal(0, 0.2, (40, 24))
    )
    world.vectors["v"] = np.concatenate([world.vectors["v"], strange])
    world.truth["v"] = np.concatenate([world.truth["v"], np.full(40, 4)])
    world.given["v"] = world.truth["v"].copy()
    world.texts["v"] += [f"stranger {at}" for at in range(40)]
    world.said["v"] = np.concatenate([world.said["v"], np.full((40, 10), -1, dtype=np.int16)])
    claim = best(world.scene())
    assert (claim.cause, claim.do) == ("missing_data", "collect")
    assert sum(int(id_[1:]) >= 400 for id_ in claim.work_on) >= 30


@pytest.mark.parametrize("seed", SEEDS)
def test_copies_of_validation_rows_in_training_are_named(seed: int, make_world: Make) -> None:
    world = make_world(seed=seed)
    for at in range(60):
        world.texts["u"][at] = f"{world.texts['v'][at]} please"
        world.vectors["u"][at] = world.vectors["v"][at]
        world.truth["u"][at] = world.given["u"][at] = world.truth["v"][at]
        world.answered[at] = True
    claim = next(claim for claim in all_claims(world.scene()) if claim.cause == "leakage")
    assert claim.do == "drop"
    assert {f"u{at}" for at in range(60)} <= set(claim.work_on)
    assert len(claim.rows) < 70
    assert best(world.scene()).cause == "leakage"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_template_that_hides_the_text_is_named(seed: int, make_world: Make) -> None:
    scene = make_world(seed=seed).scene()
    cut = [" ".join(text.split()[:2]) for text in scene.asked.texts]
    broken = make_world(seed=seed).scene(asked={"shown": cut})
    claim = best(broken)
    assert (claim.cause, claim.subject, claim.do) == ("format", "the template", "template")
    assert "400 of 400 validation prompts" in claim.sentence


def test_a_template_that_hides_the_text_in_training_alone_is_named_too(make_world: Make) -> None:
    scene = make_world().scene(pool={"shown": [""] * 700})
    assert best(scene).subject == "the template"


def test_white_space_hides_nothing(make_world: Make) -> None:
    world = make_world()
    shown = [f"Text:\n\n{text.replace(' ', chr(10))}" for text in world.texts["v"]]
    assert not any(
        claim.cause == "format" for claim in all_claims(world.scene(asked={"shown": shown}))
    )


def test_answers_of_the_wrong_form_are_named(make_world: Make) -> None:
    bad = np.arange(400) % 3 == 0
    scene = make_world().scene(asked={"malformed": bad, "wrong": bad})
    claim = best(scene)
    assert (claim.cause, claim.subject) == ("format", "answers of the wrong form")
    assert "134 of 400" in claim.sentence


def test_a_conflict_that_the_wrong_one_wins_is_named(make_world: Make) -> None:
    """A broad function that is often right outvotes a narrow one that is right where both vote."""
    world = make_world(seed=1)
    for side in ("v", "u"):
        both = np.flatnonzero(world.truth[side] == 1)[::2]
        world.said[side][both] = -1
        world.said[side][both, 3] = 1
        world.said[side][both, 8] = 4
    scene = world.scene()
    wrong = scene.asked.wrong.copy()
    met = np.flatnonzero((world.said["v"][:, 3] == 1) & (world.said["v"][:, 8] == 4))
    answers = scene.asked.answers.copy()
    answers[met], wrong[met] = 4, True
    scene = world.scene(asked={"answers": answers, "wrong": wrong})
    found = [claim for claim in all_claims(scene) if claim.cause == "conflict"]
    assert [claim.subject for claim in found] == ["login_a against cash_b"]


def test_a_run_that_did_not_learn_what_it_was_taught_is_told_so(make_world: Make) -> None:
    world = make_world(seed=2)
    lazy = np.where(world.generator.random(400) < 0.3, 0, world.truth["v"]).astype(np.int64)
    scene = world.scene(asked={"answers": lazy, "wrong": lazy != world.truth["v"]})
    found = [claim for claim in all_claims(scene) if claim.cause == "capacity"]
    assert [claim.do for claim in found] == ["look"]
    assert "it has not learned what it was taught" in found[0].sentence


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_says_nothing_where_nothing_is_known(name: str, make_world: Make) -> None:
    world = make_world()
    nothing = {"vectors": None, "votes": None}
    scene = world.scene(asked=nothing, pool=nothing)
    assert list(CAUSES[name].claims(scene)) == []
    for row in scene.errors[:5].tolist():
        assert 0 <= CAUSES[name].speaks(scene, row).strength <= 1


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_speaks_in_words_where_it_speaks(name: str, make_world: Make) -> None:
    scene = make_world().scene()
    ids = set(scene.pool.ids)
    for row in scene.errors.tolist():
        evidence = CAUSES[name].speaks(scene, row)
        assert 0 <= evidence.strength <= 1
        assert bool(evidence.words) or not evidence.strength
        assert set(evidence.rows) <= ids


@pytest.mark.parametrize("name", CAUSES)
def test_a_claim_is_certain_and_names_its_rows(name: str, make_world: Make) -> None:
    world = make_world(seed=4)
    world.said["u"][world.said["u"][:, 0] >= 0, 0] = 1
    world.said["v"][world.said["v"][:, 0] >= 0, 0] = 1
    scene = world.scene()
    for claim in CAUSES[name].claims(scene):
        assert claim.cause == name
        assert claim.p_value < LEVEL
        assert 0 < claim.confidence <= 1
        assert set(claim.errors) <= set(scene.errors)
        assert 0 <= claim.expected <= 1


def test_nobody_looks_for_causes_on_the_exam(make_world: Make) -> None:
    scene = make_world().scene()
    with pytest.raises(EvaluationError, match="the test split is an exam"):
        Scene(scene.task, Split.TEST, scene.asked, scene.pool, scene.functions)


def test_nothing_taught_is_nothing_to_compare_with(make_world: Make) -> None:
    world = make_world()
    blank: dict[str, Any] = {"word": np.full(700, NOBODY, dtype=np.int8)}
    assert len(LABELS) == len(world.task.labels)
    scene = world.scene(pool=blank)
    assert not any(claim.cause in ("leakage", "capacity") for claim in all_claims(scene))
