"""What choices and ratings add up to: a file to train on, and means with intervals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scipy.stats import t

from curation.exceptions import DatasetError
from curation.project import Project
from curation.types import Annotation, Split
from studio.stations.preferences import collect_preferences, export_preferences, ratings
from studio.stations.responses import Response


def rate(stars: int, example: str, who: str = "ann", shown: str = "a draft") -> Annotation:
    return Annotation(
        uid=f"{example} {who} {stars}",
        example_id=example,
        answer="better",
        reviewer=who,
        shown=shown,
        rating=stars,
        rejected=shown,
    )


def test_a_mean_rating_by_source_has_an_interval_and_counts_a_person_once() -> None:
    said = [rate(1, "a"), rate(2, "a"), rate(3, "b"), rate(4, "c"), rate(5, "d", shown="gone")]
    responses = {id_: (Response("a draft", "run:x"),) for id_ in "abcd"}
    found = ratings(said, responses)
    assert list(found) == ["unknown", "run:x"]
    score = found["run:x"]
    assert (score.value, score.n) == (3.0, 3)
    low, high = t.interval(0.95, 2, loc=3, scale=1 / 3**0.5)
    assert (score.low, score.high) == pytest.approx((max(1, low), min(5, high)))


def test_ratings_that_are_all_the_same_are_not_taken_for_certain() -> None:
    few = ratings([rate(5, str(n)) for n in range(3)], {})["unknown"]
    many = ratings([rate(5, str(n)) for n in range(60)], {})["unknown"]
    assert few.high == many.high == 5
    assert few.low is not None
    assert many.low == pytest.approx(5 - 4 * 0.0487, abs=0.01)
    assert few.low < many.low


def test_undone_ratings_do_not_count() -> None:
    undo = Annotation(uid="u", example_id="a", action="undo", reviewer="ann")
    assert ratings([rate(1, "a"), undo], {}) == {}


@pytest.fixture
def edited(copy: Callable[[str], Project]) -> Project:
    project = copy("policies")
    for split in (Split.TRAIN, Split.VALIDATION, Split.TEST):
        example = project.store.examples(split=split)[0]
        project.store.add_annotations([rate(2, example.id)])
    return project


def test_training_pairs_are_written_and_the_others_named(edited: Project, tmp_path: Path) -> None:
    out = tmp_path / "new" / "pairs.jsonl"
    found = export_preferences(edited, out)
    (line,) = out.read_text("utf-8").splitlines()
    record = json.loads(line)
    example = edited.store.examples(split=Split.TRAIN)[0]
    assert record["prompt"][-1] == {"role": "user", "content": example.input}
    assert record["chosen"][0]["content"] == "better"
    assert record["rejected"][0]["content"] == "a draft"
    assert {reason: len(ids) for reason, ids in found.left_out.items()} == {
        "of validation": 1,
        "of the exam": 1,
    }
    assert len(collect_preferences(edited, Split.VALIDATION).pairs) == 1


def test_a_file_that_cannot_be_written_is_said_in_words(edited: Project, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be written"):
        export_preferences(edited, tmp_path)
