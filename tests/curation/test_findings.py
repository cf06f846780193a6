"""Findings: opening one twice is once, and looking at its examples answers it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from curation.findings import Action, answered, open_finding, still_open
from curation.review.queue import asked_by
from curation.types import Annotation, Finding, now


def test_the_same_finding_has_the_same_id_whatever_the_order_of_its_evidence() -> None:
    one = open_finding("errors", "card taken for cash", evidence=["a", "b"], origin="run")
    two = open_finding("errors", "card taken for cash", evidence=["b", "a"], origin="run")
    assert one.id == two.id


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "drift"},
        {"title": "other"},
        {"origin": "run-2"},
        {"evidence": ["c"]},
        {"action": "function"},
        {"note": "what I think"},
    ],
)
def test_another_finding_has_another_id(change: dict[str, object]) -> None:
    said: dict[str, object] = {"kind": "errors", "title": "t", "origin": "run", "evidence": ["a"]}
    assert open_finding(**said).id != open_finding(**said | change).id  # type: ignore[arg-type]


def test_examples_and_evidence_are_named_once_each_in_order() -> None:
    finding = open_finding("errors", "t", example_ids=["b", "a", "b"], evidence=["y", "x", "y"])
    assert (finding.example_ids, finding.evidence) == (("b", "a"), ("y", "x"))


def test_those_with_most_evidence_come_first_and_closed_ones_not_at_all() -> None:
    few = open_finding("errors", "few", evidence=["a"])
    many = open_finding("errors", "many", evidence=["a", "b"])
    closed = many.model_copy(update={"id": "closed", "closed_by": "v0001"})
    assert still_open([few, closed, many]) == (many, few)


def review(title: str, *ids: str, action: Action = "review") -> Finding:
    return open_finding("errors", title, example_ids=ids, action=action)


def test_a_finding_is_answered_when_none_of_its_examples_waits() -> None:
    done, half, empty = review("done", "a", "b"), review("half", "b", "c"), review("empty")
    other = review("other", "a", action="function")
    closed = done.model_copy(update={"closed_by": "v0001"})
    assert answered([done, half, empty, other, closed], {"c"}) == (done,)


def test_looking_at_every_example_answers_the_finding() -> None:
    finding = review("t", "a", "b")
    before = finding.created_at - timedelta(seconds=5)
    after = now() + timedelta(seconds=5)

    def waiting(**looked: object) -> set[str]:
        standing = {
            id_: (Annotation.model_validate({"uid": id_, "example_id": id_, "at": at}),)
            for id_, at in looked.items()
        }
        return set(asked_by([finding], standing))

    assert waiting() == {"a", "b"}
    assert waiting(a=before) == {"a", "b"}  # what was said before it was opened does not count
    assert waiting(a=after) == {"b"}
    assert answered([finding], waiting(a=after)) == ()
    assert answered([finding], waiting(a=after, b=after)) == (finding,)


def test_neither_a_file_nor_a_gold_question_answers_a_finding() -> None:
    finding, later = review("t", "a"), now() + timedelta(seconds=5)
    for more in ({"via": "file"}, {"drawn": "gold"}):
        said = {"uid": "u", "example_id": "a", "answer": "card", "at": later, **more}
        assert set(asked_by([finding], {"a": (Annotation.model_validate(said),)})) == {"a"}
