"""Every error is explained, by what is claimed of many or by its own neighbourhood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.exceptions import EvaluationError
from evaluation.diagnosis import record
from evaluation.diagnosis.actions import all_claims, next_actions
from evaluation.diagnosis.causes import CAUSES
from evaluation.diagnosis.explain import UNKNOWN, explain, title
from tests.evaluation.diagnosis.conftest import World

Make = Callable[..., World]


def flipped(make_world: Make) -> World:
    world = make_world(seed=1)
    for side in ("v", "u"):
        own = world.said[side][:, 2] >= 0
        world.said[side][own, 2] = 4
    return world


def test_each_error_has_one_explanation_in_words(make_world: Make) -> None:
    scene = flipped(make_world).scene()
    claims = all_claims(scene)
    found = explain(scene, claims)
    assert [one.example_id for one in found] == [scene.asked.ids[row] for row in scene.errors]
    assert {one.cause for one in found} <= {*CAUSES, UNKNOWN}
    assert all(one.words and title(one.cause) for one in found)
    named = {one.example_id for one in found if one.claimed}
    blamed = {scene.asked.ids[row] for claim in claims for row in claim.errors}
    assert named == blamed


def test_a_claim_comes_before_the_neighbourhood(make_world: Make) -> None:
    scene = flipped(make_world).scene()
    found = {one.example_id: one for one in explain(scene, all_claims(scene))}
    (claim,) = (claim for claim in all_claims(scene) if claim.cause == "wrong_function")
    for row in claim.errors:
        assert found[scene.asked.ids[row]].subject == "cash_a"
    without = {one.example_id: one for one in explain(scene, ())}
    assert not any(one.claimed for one in without.values())


def test_without_embeddings_it_is_said_what_is_missing(make_world: Make) -> None:
    nothing = {"vectors": None, "votes": None}
    scene = make_world().scene(asked=nothing, pool=nothing)
    found = explain(scene, all_claims(scene))
    assert found
    assert all(one.cause == UNKNOWN and "compute embeddings" in one.words for one in found)


def test_a_diagnosis_is_kept_and_read_back(make_world: Make, tmp_path: Path) -> None:
    scene = flipped(make_world).scene()
    claims = all_claims(scene)
    made = record.record("otter", "v0001", scene, next_actions(claims), explain(scene, claims), ())
    record.save(made, tmp_path / "diagnosis.json")
    read = record.load(tmp_path / "diagnosis.json")
    assert read == made
    assert (read.n, read.errors) == (400, len(scene.errors))
    assert read.proposals[0].key == "wrong_function: cash_a"
    assert set(read.proposals[0].errors) <= set(read.proposals[0].rows)
    assert read.proposals[0].rate > read.proposals[0].expected
    first = read.explanations[0]
    assert read.of(first.example_id) == first
    assert read.of("nobody") is None


def test_a_file_that_is_no_diagnosis_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "diagnosis.json").write_text("{}", "utf-8")
    with pytest.raises(EvaluationError, match="cannot be read"):
        record.load(tmp_path / "diagnosis.json")
