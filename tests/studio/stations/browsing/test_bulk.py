from __future__ import annotations

import pytest

from curation.exceptions import FilterError, ProjectError
from curation.project import Project
from curation.slices import save_slice
from curation.types import Annotation, Split
from labeling_functions import rows as light
from labeling_functions.conditions import condition_from
from studio import loop
from studio.stations.browsing import (
    Filter,
    Part,
    condition_of,
    from_line,
    function_code,
    recent_batches,
    rule_of,
)


def ids_of(project: Project, line: str) -> list[str]:
    facts = loop.facts_of(project)
    return facts.shelf.ids(loop.find(project, from_line(line), facts))


def label(project: Project, line: str, name: str = "cash", **how: bool):  # noqa: ANN201
    planned = loop.plan_batch(project, ids_of(project, line), "label", label=name, why=line, **how)
    return loop.carry_out(project, planned, who="mia")


def test_a_plan_says_what_it_leaves_alone_and_why(shop: Project) -> None:
    planned = loop.plan_batch(shop, [*ids_of(shop, ""), "gone"], "label", label="cash")
    left = planned.left_out
    assert left["in the exam"] == shop.store.count_examples()[Split.TEST]
    assert left["in validation"] > 0
    assert left["answered already"] > 0
    assert left["excluded"] > 0
    assert left["not in the project"] == 1
    assert len(planned.ids) + sum(left.values()) == 121
    assert planned.by_split == {Split.TRAIN: len(planned.ids)}
    assert {e.split for e in shop.store.examples(ids=planned.ids)} == {Split.TRAIN}


def test_validation_rows_are_labelled_only_when_asked_the_exam_never(shop: Project) -> None:
    planned = loop.plan_batch(
        shop, ids_of(shop, ""), "label", label="cash", held_out=True, again=True
    )
    assert planned.left_out.keys() == {"in the exam", "excluded"}
    assert planned.by_split[Split.VALIDATION] > 0
    for act in ("review", "exclude"):
        other = loop.plan_batch(shop, ids_of(shop, "split:test"), act, held_out=True)
        assert other.ids == ()


def test_a_batch_is_one_write_and_is_undone_by_one(shop: Project) -> None:
    before = shop.store.revision()
    facts = loop.facts_of(shop).answers.label.copy()
    done = label(shop, "text:refund")
    assert shop.store.revision() == before + 1
    assert len(ids_of(shop, "label:cash word:person text:refund")) >= len(done.ids) > 0
    (batch,) = recent_batches(shop)
    assert (batch.id, batch.act, batch.label, batch.why, batch.who) == (
        done.id, "label", "cash", "text:refund", "mia",
    )  # fmt: skip
    assert batch.size == batch.standing == len(done.ids)
    undone = loop.undo_batch(shop, done.id)
    assert (undone.undone, undone.kept) == (len(done.ids), 0)
    assert (loop.facts_of(shop).answers.label == facts).all()
    assert recent_batches(shop)[0].standing == 0


def test_an_exclusion_says_which_rows_it_was_about_unless_told_why(shop: Project) -> None:
    for note, told in (("", "text has refund"), ("spam", "spam")):
        planned = loop.plan_batch(
            shop, ids_of(shop, "text:refund"), "exclude", why="text has refund"
        )
        done = loop.carry_out(shop, planned, who="mia", note=note)
        assert next(b for b in recent_batches(shop) if b.id == done.id).why == told
        loop.undo_batch(shop, done.id)


def test_undo_leaves_what_was_decided_since(shop: Project) -> None:
    done = label(shop, "text:refund")
    one, other, third = done.ids[:3]
    shop.store.add_annotations(
        [
            Annotation(uid="since", example_id=one, answer="card", reviewer="mia"),
            Annotation(uid="taken back", example_id=other, action="undo", reviewer="mia"),
            Annotation(uid="another", example_id=third, answer="card", reviewer="noa"),
        ]
    )
    undone = loop.undo_batch(shop, done.id)
    assert (undone.undone, undone.kept) == (len(done.ids) - 2, 2)
    facts = loop.facts_of(shop)
    rows = facts.shelf.rows_of([one, third]).tolist()
    assert [facts.label_of(row) for row in rows] == ["card", "card"]


def test_undo_takes_back_a_word_that_stands_again(shop: Project) -> None:
    done = label(shop, "text:refund")
    shop.store.add_annotations(
        [
            Annotation(uid="since", example_id=done.ids[0], answer="card", reviewer="mia"),
            Annotation(uid="undo", example_id=done.ids[0], action="undo", reviewer="mia"),
        ]
    )
    assert loop.undo_batch(shop, done.id).undone == len(done.ids)


def test_undoing_twice_is_once(shop: Project) -> None:
    done = label(shop, "text:refund")
    loop.undo_batch(shop, done.id)
    said = len(shop.store.annotations())
    again = loop.undo_batch(shop, done.id)
    assert (again.undone, again.kept) == (0, len(done.ids))
    assert len(shop.store.annotations()) == said


def test_two_batches_over_the_same_rows_are_told_apart(shop: Project) -> None:
    first = label(shop, "text:refund")
    second = label(shop, "text:refund", "card", again=True)
    assert loop.undo_batch(shop, first.id).undone == 0
    rows = set(first.ids) & set(second.ids)
    assert rows <= set(ids_of(shop, "label:card"))
    assert loop.undo_batch(shop, second.id).undone == len(second.ids)
    assert rows <= set(ids_of(shop, "label:cash"))


def test_excluded_examples_are_in_no_dataset_and_no_queue_until_undone(shop: Project) -> None:
    ids = ids_of(shop, "text:refund -excluded split:train")
    before = loop.plan_dataset(shop)
    asked = {item.example.id for item in loop.front_of_queue(shop)}
    assert asked & set(ids)
    done = loop.carry_out(shop, loop.plan_batch(shop, ids, "exclude"), note="spam")
    plan = loop.plan_dataset(shop)
    assert plan.left_out["excluded: spam"] == len(ids)
    assert not {row.id for row in plan.rows[Split.TRAIN]} & set(ids)
    assert not {item.example.id for item in loop.front_of_queue(shop)} & set(ids)
    loop.undo_batch(shop, done.id)
    assert loop.plan_dataset(shop).rows == before.rows
    assert {item.example.id for item in loop.front_of_queue(shop)} == asked


def test_a_review_batch_leads_the_queue_and_its_undo_ends_that(shop: Project) -> None:
    ids = ids_of(shop, "text:broken split:train -excluded")
    done = loop.carry_out(shop, loop.plan_batch(shop, ids, "review", why="text contains broken"))
    queue = loop.front_of_queue(shop)
    assert {item.example.id for item in queue[: len(ids)]} == set(ids)
    assert "text contains broken" in queue[0].reason
    loop.undo_batch(shop, done.id)
    assert not any("text contains broken" in item.reason for item in loop.front_of_queue(shop))
    again = loop.carry_out(shop, loop.plan_batch(shop, ids, "review", why="text contains broken"))
    assert again.id != done.id
    assert recent_batches(shop)[0].standing == len(ids)


def test_sending_to_review_what_is_excluded_later_does_not_wait_for_ever(shop: Project) -> None:
    ids = ids_of(shop, "text:broken split:train -excluded")[:2]
    sent = loop.carry_out(shop, loop.plan_batch(shop, ids, "review", why="broken"))
    loop.carry_out(shop, loop.plan_batch(shop, ids, "exclude"), note="spam")
    (finding,) = [f for f in shop.store.findings() if f.id == sent.id]
    assert finding.closed_by == "reviewed"


def test_nothing_is_done_to_nothing(shop: Project) -> None:
    before = shop.store.revision()
    done = loop.carry_out(shop, loop.plan_batch(shop, [], "exclude"))
    assert (done.id, shop.store.revision()) == ("", before)


def test_a_label_that_is_none_and_a_batch_that_is_none(shop: Project) -> None:
    with pytest.raises(ProjectError, match="not one of the labels"):
        loop.plan_batch(shop, [], "label", label="barter")
    with pytest.raises(ProjectError, match="no action"):
        loop.undo_batch(shop, "nope")


FILTERS = ["text:refund,order", "words:refund", 'pattern:"r.f" -text:order', "length:..21",
           "metadata.channel:email text:refund", "-metadata.stars:2..3"]  # fmt: skip


@pytest.mark.parametrize("line", FILTERS)
def test_a_function_from_a_filter_votes_where_the_filter_finds(shop: Project, line: str) -> None:
    code = function_code(shop, from_line(line), "made", "cash")
    trial = loop.try_function(shop, code)
    assert trial.matrix.faults == ()
    votes = trial.matrix.votes[:, 0]
    voted = [id_ for id_, vote in zip(trial.matrix.example_ids, votes, strict=True) if vote == 1]
    assert voted == ids_of(shop, f"{line} -split:test") != []


def test_what_no_function_can_ask_is_named(shop: Project) -> None:
    data, unasked = rule_of(shop, from_line("text:refund label:cash -split:test"))
    assert data == {"kind": "pattern", "regex": "refund"}
    assert [part.kind for part in unasked] == ["label", "split"]
    with pytest.raises(FilterError, match="No labeling function can ask this: label cash"):
        function_code(shop, from_line("label:cash"), "made", "cash")


def test_a_slice_of_text_is_asked_as_its_parts(shop: Project) -> None:
    kept = Filter(parts=(Part(kind="words", values=("refund",)),))
    save_slice(shop, "refunds", kept.model_dump(mode="json"))
    save_slice(shop, "known", Filter(parts=(Part(kind="label"),)).model_dump(mode="json"))
    data, unasked = rule_of(shop, from_line("-slice:refunds slice:known"))
    assert data == {"kind": "none", "conditions": [{"kind": "words", "words": ["refund"]}]}
    assert [part.values for part in unasked] == [("known",)]


def test_searched_text_is_taken_literally(shop: Project) -> None:
    condition = condition_from(condition_of(Part(kind="text", values=("a.b(", "c|d"))))
    held = [condition.holds(light.row_of(text, {})) for text in ("xA.B(y", "axb(", "c|d", "c")]
    assert held == [True, False, True, False]
