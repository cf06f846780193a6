from __future__ import annotations

import re

import numpy as np
import pytest

from curation.exceptions import FilterError
from curation.project import Project
from curation.resolution import resolve
from curation.slices import save_slice
from curation.types import (
    Annotation,
    Example,
    Finding,
    ProbableLabels,
    Split,
    VoteMatrix,
    example_id,
)
from curation.words import standing_words
from studio import loop
from studio.stations.browsing import KNOWING, ORDERS, Facts, Filter, Part, from_line, gathering

Voted = tuple[VoteMatrix, ProbableLabels]


@pytest.fixture
def facts(shop: Project, voted: Voted) -> Facts:
    return loop.facts_of(shop, *voted)


def found(project: Project, facts: Facts, line: str) -> list[Example]:
    ids = facts.shelf.ids(loop.find(project, from_line(line), facts))
    return list(project.store.examples(ids=ids))


def test_the_answers_are_those_a_dataset_would_get(
    shop: Project, voted: Voted, facts: Facts
) -> None:
    examples = [e for e in shop.store.examples() if e.split is not Split.TEST]
    standing = standing_words(shop.store.annotations())
    resolved = resolve(examples, standing, voted[1], threshold=shop.settings.threshold)
    rows = facts.shelf.rows_of(e.id for e in examples).tolist()
    words = {facts.word_of(row) for row in rows}
    assert words == {"", "person", "gold", "votes"}
    for example, row in zip(examples, rows, strict=True):
        going = resolved.resolutions.get(example.id)
        known = going.answer if going and going.answer in shop.task.labels else ""
        assert (facts.label_of(row), facts.word_of(row)) == (known, going.word if going else "")


def test_news_are_taken_in_as_if_everything_were_read_anew(shop: Project, voted: Voted) -> None:
    loop.facts_of(shop, *voted)
    ids = [e.id for e in shop.store.examples()]
    shop.store.add_annotations(
        Annotation(uid=f"new {at}", example_id=id_, action=action, answer="cash", reviewer=who)
        for at, (id_, who, action) in enumerate(
            zip(ids[:80], ("mia", "noa", "ben", "mia") * 20, ("undo", "answer") * 40, strict=True)
        )
    )
    later = loop.facts_of(shop, *voted)
    gathering._kept.clear()
    anew = loop.facts_of(shop, *voted)
    assert later is not anew
    for one, other in (
        (later.answers.label, anew.answers.label),
        (later.answers.word, anew.answers.word),
        (later.spoken.reviewed, anew.spoken.reviewed),
        (later.spoken.excluded, anew.spoken.excluded),
    ):
        assert np.array_equal(one, other)


def test_gold_that_came_later_counts(shop: Project) -> None:
    (bare,) = [e for e in shop.store.examples(limit=2) if e.reference is None]
    shop.store.add_examples([bare.model_copy(update={"reference": "cheque"})])
    facts = loop.facts_of(shop)
    row = int(facts.shelf.rows_of([bare.id])[0])
    assert facts.labels[facts.answers.gold[row]] == "cheque"


def test_an_import_is_found_at_once(shop: Project) -> None:
    assert found(shop, loop.facts_of(shop), "text:brandnew") == []
    new = Example(id=example_id("a brandnew text"), input="a brandnew text", group="g")
    shop.store.add_examples([new])
    assert [e.id for e in found(shop, loop.facts_of(shop), "text:brandnew")] == [new.id]


TEXTUAL = {
    "text:REFUND,thanks": lambda e: "refund" in e.input or "thanks" in e.input,
    "text:efun": lambda e: "efun" in e.input,
    "words:card": lambda e: bool(re.search(r"\bcard\b", e.input)),
    'pattern:"number \\\\d$"': lambda e: bool(re.search(r"number \d$", e.input)),
    "length:..20": lambda e: len(e.input) <= 20,
    "length:20..22": lambda e: 20 <= len(e.input) <= 22,
    "metadata.channel:email": lambda e: e.metadata["channel"] == "email",
    "metadata.stars:4..": lambda e: e.metadata["stars"] >= 4,
    "metadata.stars:2,3": lambda e: e.metadata["stars"] in (2, 3),
    "split:test,train": lambda e: e.split in (Split.TEST, Split.TRAIN),
    "source:part1.csv": lambda e: e.source == "part1.csv",
}


@pytest.mark.parametrize("line", TEXTUAL)
@pytest.mark.parametrize("negated", [False, True])
def test_parts_on_text_and_file_are_asked_of_every_row(
    shop: Project, facts: Facts, line: str, negated: bool
) -> None:
    holds = TEXTUAL[line]
    wanted = [e.id for e in shop.store.examples() if holds(e) != negated]
    assert [e.id for e in found(shop, facts, "-" * negated + line)] == wanted
    assert 0 < len(wanted) < 120


def test_all_parts_of_a_filter_must_hold(shop: Project, facts: Facts) -> None:
    wanted = [
        e.id
        for e in shop.store.examples()
        if "refund" in e.input and e.split is Split.TRAIN and e.metadata["channel"] != "chat"
    ]
    line = "text:refund split:train -metadata.channel:chat"
    assert [e.id for e in found(shop, facts, line)] == wanted != []


def test_parts_on_votes(shop: Project, voted: Voted, facts: Facts) -> None:
    votes, rows = voted[0].votes, {id_: at for at, id_ in enumerate(voted[0].example_ids)}

    def ids(line: str) -> set[str]:
        return {e.id for e in found(shop, facts, line)}

    def where(mask: np.ndarray) -> set[str]:
        return {id_ for id_, at in rows.items() if mask[at]}

    assert ids("vote.says_card:cash") == where(votes[:, 0] == 1)
    assert ids("vote.says_card:abstain") == where(votes[:, 0] == -1)
    assert ids('vote.says_not:"not card"') == where(votes[:, 2] == -2)
    assert ids("vote") == where((votes != -1).any(axis=1))
    assert ids("vote:abstain") == ids("-vote") == where((votes == -1).all(axis=1))
    one, two, no = votes.T
    labels_clash = (one >= 0) & (two >= 0) & (one != two)
    against = [(v >= 0) & (no == -2 - v) for v in (one, two)]
    assert ids("conflict.says_card:says_any") == where(labels_clash)
    assert ids("conflict.says_not") == where(against[0] | against[1])
    assert ids("conflict") == where(labels_clash | against[0] | against[1])
    best = [voted[1].best(at) for at in range(len(votes))]
    assert ids("tied") == where(voted[1].covered & np.array([b is None for b in best]))
    sure = voted[1].probabilities.max(axis=1)
    assert ids("confidence:0.4..0.6") == where(
        voted[1].covered & (sure >= 0.4 - 1e-6) & (sure <= 0.6 + 1e-6)
    )


def test_parts_on_people(shop: Project, facts: Facts) -> None:
    standing = standing_words(shop.store.annotations())
    reviewed = {e.id for e in found(shop, facts, "reviewed")}
    assert reviewed == set(standing)
    mias = {id_ for id_, said in standing.items() if any(a.reviewer == "mia" for a in said)}
    assert {e.id for e in found(shop, facts, "reviewed:mia")} == mias
    out = {id_ for id_, said in standing.items() if any(a.action == "exclude" for a in said)}
    assert {e.id for e in found(shop, facts, "excluded")} == out
    people = {e.id for e in found(shop, facts, "word:person")}
    nobody = {e.id for e in found(shop, facts, "word:nobody")}
    assert people
    assert nobody
    assert not people & (out | nobody)


def test_gold_that_is_no_label_is_found(shop: Project, facts: Facts) -> None:
    wanted = {e.id for e in shop.store.examples() if e.reference == "barter"}
    test = {e.id for e in shop.store.examples(split=Split.TEST)}
    assert {e.id for e in found(shop, facts, "gold:unlisted")} == wanted - test != set()


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("kind", sorted(KNOWING))
def test_no_row_of_the_exam_is_found_by_its_answer_or_its_opposite(
    shop: Project, voted: Voted, kind: str, sign: str
) -> None:
    exam = shop.store.examples(split=Split.TEST)
    shop.store.add_annotations(
        Annotation(uid=f"exam {e.id}", example_id=e.id, answer="card", reviewer="zoe") for e in exam
    )
    facts = loop.facts_of(shop, *voted)
    rows = loop.find(shop, from_line(f"{sign}{kind}"), facts)
    assert not facts.shelf.exam[rows].any()
    for values in ("card", "cash", "person", "gold", "nobody", "abstain"):
        part = Part(kind=kind, values=(values,), negated=bool(sign))
        try:
            rows = loop.find(shop, Filter(parts=(part,)), facts)
        except FilterError:  # not a value of this kind
            continue
        assert not facts.shelf.exam[rows].any()
    assert facts.shelf.exam[loop.find(shop, from_line("split:test"), facts)].all()


def test_what_is_known_of_the_exam_holds_no_answer(shop: Project, facts: Facts) -> None:
    exam = facts.shelf.exam
    assert exam.any()
    assert (facts.answers.gold[exam] == -1).all()
    assert (facts.answers.label[exam] == -1).all()
    assert (facts.answers.word[exam] == -1).all()
    assert np.isnan(facts.confidence[exam]).all()


def test_slices_datasets_findings_and_chosen_rows(shop: Project, voted: Voted) -> None:
    facts = loop.facts_of(shop, *voted)
    few = [e.id for e in found(shop, facts, "text:refund split:train")][:3]
    save_slice(shop, "a few", {"parts": [{"kind": "ids", "values": few}]})
    save_slice(shop, "outer", {"parts": [{"kind": "slice", "values": ["a few"]}]})
    shop.store.add_finding(Finding(id="f1", kind="k", title="t", example_ids=tuple(few[:2])))
    version = loop.freeze_dataset(shop, *voted, drop_overlap=True).version
    facts = loop.facts_of(shop, *voted)
    assert [e.id for e in found(shop, facts, "slice:outer")] == few
    assert [e.id for e in found(shop, facts, "finding:f1")] == few[:2]
    assert [e.id for e in found(shop, facts, f"ids:{few[2]},{few[0]}")] == [few[0], few[2]]
    assert 0 < len(found(shop, facts, f"dataset:{version}")) < 120
    assert len(found(shop, facts, f"-dataset:{version} -slice:outer")) < 117


def test_a_slice_that_is_defined_by_itself_is_refused(shop: Project, facts: Facts) -> None:
    save_slice(shop, "a", {"parts": [{"kind": "slice", "values": ["b"]}]})
    save_slice(shop, "b", {"parts": [{"kind": "slice", "values": ["a"]}]})
    with pytest.raises(FilterError, match="defined by itself"):
        loop.find(shop, from_line("slice:a"), facts)


@pytest.mark.parametrize(
    "line",
    ["vote.nobody", "label:nope", "source:x", "split:x", "dataset:v0009", "finding:x",
     "word:x", "reviewed:nobody", "vote:nope", "conflict.nope", "length", "text"],
)  # fmt: skip
def test_what_is_not_there_is_named(shop: Project, facts: Facts, line: str) -> None:
    with pytest.raises(FilterError):
        loop.find(shop, from_line(line), facts)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("length:abc", r"does not say what to look for: characters abc\. Write it like"),
        ("metadata.nope:1", "No example has a column 'nope'"),
        ("split:validaton", r"Did you mean validation\?"),
    ],
)
def test_what_cannot_be_asked_is_answered_with_what_can(
    shop: Project, facts: Facts, line: str, told: str
) -> None:
    with pytest.raises(FilterError, match=told):
        loop.find(shop, from_line(line), facts)


def test_without_votes_a_filter_on_them_says_what_to_do(shop: Project) -> None:
    with pytest.raises(FilterError, match="tunesmith vote"):
        loop.find(shop, from_line("confidence:..0.5"))


def test_the_orders(shop: Project, facts: Facts) -> None:
    whole = Filter()
    arrival = loop.find(shop, whole, facts)
    assert facts.shelf.ids(arrival) == [e.id for e in shop.store.examples()]
    assert np.array_equal(loop.find(shop, whole, facts, order="newest"), arrival[::-1])
    lengths = facts.shelf.lengths[loop.find(shop, whole, facts, order="longest")]
    assert (np.diff(lengths) <= 0).all()
    sure = facts.confidence[loop.find(shop, whole, facts, order="least sure")]
    known = sure[~np.isnan(sure)]
    assert (np.diff(known) >= 0).all()
    assert np.isnan(sure[len(known) :]).all()
    for order in ORDERS:
        rows = loop.find(shop, whole, facts, order=order)
        assert sorted(rows.tolist()) == list(range(120))


def test_votes_on_other_rows_in_another_order_are_put_where_they_belong(
    shop: Project, voted: Voted
) -> None:
    matrix, probable = voted
    back = VoteMatrix(matrix.example_ids[::-1], matrix.functions, matrix.labels, matrix.votes[::-1])
    other = ProbableLabels(
        probable.example_ids[::-1], probable.labels, probable.probabilities[::-1],
        probable.covered[::-1], "majority",
    )  # fmt: skip
    one, two = loop.facts_of(shop, *voted), None
    label = one.answers.label.copy()
    two = loop.facts_of(shop, back, other)
    assert np.array_equal(label, two.answers.label)
    assert np.array_equal(one.confidence, two.confidence, equal_nan=True)
