"""Ways to add votes up on a project: all of them, gold alone beside them, and what to doubt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from curation.project import Project
from curation.types import Example, Split
from labeling_functions.aggregation.aggregate import AGGREGATORS, aggregate
from studio import loop
from studio.stations import aggregation


@pytest.fixture
def reviewed(finished: Project, answer_queue: Callable[..., int]) -> Project:
    answer_queue(finished, 150)
    return finished


def test_what_auto_adds_up_by_is_what_is_said(reviewed: Project) -> None:
    matrix = loop.vote(reviewed)
    chosen = loop.choose_aggregator(reviewed, matrix)
    used = aggregate(matrix, "auto", gold=loop.tuning_gold(reviewed), seed=reviewed.settings.seed)
    assert chosen.aggregator == used.aggregator
    assert "gold rows" in chosen.why


@pytest.mark.slow
def test_all_ways_and_gold_alone_are_judged_on_the_same_rows(reviewed: Project) -> None:
    found = loop.compare_aggregators(reviewed, loop.vote(reviewed))
    assert {one.aggregator for one in found.candidates} == set(AGGREGATORS)
    rows = {one.accuracy_all.n for one in found.candidates} | {found.gold_alone.n}
    held = {e.id for e in reviewed.store.examples() if e.split is not Split.TRAIN}
    gold = loop.tuning_gold(reviewed)
    assert rows == {len(gold)}
    assert not held & gold.keys()


def test_without_gold_nothing_is_judged(
    project: Project, make_example: Callable[..., Example]
) -> None:
    project.store.add_examples(make_example(f"a text {i}", split=Split.TRAIN) for i in range(40))
    found = loop.compare_aggregators(project, loop.vote(project))
    assert (found.chosen.aggregator, found.candidates) == ("majority", ())
    assert found.gold_alone.undefined


def test_gold_alone_is_a_doubt_once_it_was_compared(
    reviewed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "SLOW", ())
    matrix = loop.vote(reviewed)
    found = loop.compare_aggregators(reviewed, matrix)
    better = found.gold_alone.model_copy(update={"value": 0.99})
    compared = loop.Comparison(found.chosen, found.candidates, better)
    assert "gold_better" not in {doubt.kind for doubt in loop.doubts_about(matrix)}
    assert "gold_better" in {doubt.kind for doubt in loop.doubts_about(matrix, compared)}


def test_no_more_gold_is_trained_on_than_is_said(
    reviewed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "SLOW", ())
    monkeypatch.setattr(aggregation, "MOST_GOLD", 60)
    found = loop.compare_aggregators(reviewed, loop.vote(reviewed))
    assert found.gold_alone.n == 60 < found.candidates[0].score.n
