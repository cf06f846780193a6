"""The answer we go with: persons over gold over votes, by arrival, and undoing is a stack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.resolution import resolve
from curation.types import (
    Annotation,
    Example,
    FunctionInfo,
    ProbableLabels,
    Resolution,
    VoteMatrix,
    Word,
)
from curation.words import Words, answers_of_people, standing_words

LABELS = ("card", "cash", "refund")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def say(answer: str | None = None, reviewer: str = "ann", **fields: object) -> Annotation:
    given = {"uid": "u", "example_id": "x", "answer": answer, "reviewer": reviewer, **fields}
    return Annotation.model_validate(given)


def skip(reviewer: str = "ann", **fields: object) -> Annotation:
    return say(None, reviewer, action="skip", **fields)


def undo(reviewer: str = "ann", **fields: object) -> Annotation:
    return say(None, reviewer, action="undo", **fields)


def decide(
    *said: Annotation,
    reference: str | None = None,
    probabilities: Sequence[float] | None = None,
    threshold: float = 0.6,
    votes: Sequence[int] | None = None,
) -> Resolution | str:
    """Return the resolution of one example, or why it has none."""
    example = Example(id="x", input="text", reference=reference, source="gold.csv")
    probable = None
    if probabilities is not None:
        rows = np.array([probabilities])
        probable = ProbableLabels(("x",), LABELS, rows, np.array([bool(sum(probabilities))]), "m")
    matrix = None
    if votes is not None:
        names = [f"lf{n}" for n in range(len(votes))]
        functions = tuple(
            FunctionInfo(name=n, fingerprint="0", family="python", file="f", line=1, source="")
            for n in names
        )
        matrix = VoteMatrix(("x",), functions, LABELS, np.array([votes], dtype=np.int16))
    resolved = resolve(
        [example], standing_words(said), probable, threshold=threshold, matrix=matrix
    )
    assert len(resolved.resolutions) + len(resolved.open) == 1
    return resolved.resolutions.get("x") or resolved.open["x"]


def answer_of(decided: Resolution | str) -> tuple[str, Word]:
    assert isinstance(decided, Resolution)
    return decided.answer, decided.word


# Standing words

events = st.lists(
    st.tuples(
        st.sampled_from(["x", "y"]),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["answer", "skip", "undo", "undo"]),
        st.sampled_from(LABELS),
        st.integers(-1000, 1000),
    ),
    max_size=25,
)


@given(events)
def test_undoing_is_a_stack_for_each_reviewer_and_example(
    history: list[tuple[str, str, str, str, int]],
) -> None:
    said, model = [], {}
    for example, reviewer, action, answer, minutes in history:
        said.append(
            say(
                answer if action == "answer" else None,
                reviewer,
                example_id=example,
                action=action,
                at=NOON + timedelta(minutes=minutes),  # clocks may say anything
            )
        )
        stack = model.setdefault((example, reviewer), [])
        if action == "undo":
            del stack[-1:]
        else:
            stack.append(said[-1])
    standing = standing_words(said)
    last = {who: stack[-1] for who, stack in model.items() if stack}
    assert {(a.example_id, a.reviewer): a for some in standing.values() for a in some} == last
    places = {id(annotation): place for place, annotation in enumerate(said)}
    for some in standing.values():
        order = [places[id(annotation)] for annotation in some]
        assert order == sorted(order)


def test_the_latest_word_is_the_one_that_arrived_last_whatever_the_clocks_say() -> None:
    first, second = say("card", at=NOON), say("cash", at=NOON - timedelta(days=300))
    assert standing_words([first, second]) == {"x": (second,)}
    other = say("card", "bob", at=NOON - timedelta(days=900))
    assert standing_words([first, other]) == {"x": (first, other)}


def test_a_clock_without_a_zone_does_no_harm() -> None:
    said = [say("card", at=NOON), say("card", "bob", at=datetime(2026, 3, 1))]  # noqa: DTZ001
    assert len(standing_words(said)["x"]) == 2


def test_answers_of_people_are_no_skips_and_no_files_gold() -> None:
    said = [say("card"), skip("bob"), say("cash", "gold.csv", via="file"), say("", "cid")]
    assert answers_of_people(standing_words(said)) == {"x": (said[0],)}
    assert answers_of_people(standing_words(said[1:])) == {}


# Whose word


@pytest.mark.parametrize(
    ("said", "reference", "probabilities", "expected"),
    [
        ([say("cash")], "card", (0, 0, 1), ("cash", Word.PERSON)),
        ([], "card", (0, 0, 1), ("card", Word.GOLD)),
        ([say("card", "g.csv", via="file")], None, (0, 0, 1), ("card", Word.GOLD)),
        ([say("cash", "g.csv", via="file")], "card", None, ("card", Word.GOLD)),
        ([], None, (0, 0, 1), ("refund", Word.VOTES)),
        ([skip()], "card", None, ("card", Word.GOLD)),
        ([skip()], None, (0, 0, 1), ("refund", Word.VOTES)),
        ([say("cash"), skip()], "card", None, ("card", Word.GOLD)),
        ([say("cash"), undo()], "card", None, ("card", Word.GOLD)),
        ([say("cash"), skip("bob")], "card", None, ("cash", Word.PERSON)),
        ([say("cash"), skip(), undo()], "card", None, ("cash", Word.PERSON)),
    ],
)
def test_a_person_over_gold_over_votes(
    said: list[Annotation],
    reference: str | None,
    probabilities: Sequence[float] | None,
    expected: tuple[str, Word],
) -> None:
    decided = decide(*said, reference=reference, probabilities=probabilities)
    assert answer_of(decided) == expected


def test_nobody_has_said_anything() -> None:
    assert decide() == "nobody has said"
    assert decide(skip()) == "nobody has said"
    assert decide(say("card"), undo()) == "nobody has said"


def test_most_people_decide_and_the_share_is_the_confidence() -> None:
    decided = decide(say("card"), say("cash", "bob"), say("cash", "cid"))
    assert isinstance(decided, Resolution)
    assert (decided.answer, decided.sources) == ("cash", ("bob", "cid"))
    assert decided.confidence == pytest.approx(2 / 3)


def test_one_person_answering_often_is_one_voice() -> None:
    said = [say("card"), say("card", uid="u2"), say("card", uid="u3"), say("cash", "bob")]
    assert decide(*said) == "people disagree"


def test_people_who_disagree_stay_open_whatever_gold_and_functions_say() -> None:
    said = (say("card"), say("cash", "bob"))
    decided = decide(*said, reference="card", probabilities=(1, 0, 0))
    assert decided == "people disagree"


def test_a_skip_is_no_source_even_when_it_carries_an_answer() -> None:
    decided = decide(say("card"), say("card", "bob", action="skip"))
    assert isinstance(decided, Resolution)
    assert (decided.sources, decided.confidence) == (("ann",), 1.0)


def test_the_source_of_gold_is_its_file() -> None:
    for decided in (
        decide(reference="card"),
        decide(say("card", "gold.csv", via="file")),
    ):
        assert isinstance(decided, Resolution)
        assert (decided.sources, decided.confidence) == (("gold.csv",), 1.0)


# Votes


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_votes_are_an_answer_from_the_threshold_on(probability: float, threshold: float) -> None:
    rest = (1 - probability) / 2
    decided = decide(probabilities=(probability, rest, rest), threshold=threshold, votes=(0, -1))
    if probability <= rest + 1e-9:
        assert decided == "the votes are tied"
    elif probability < threshold:
        assert decided == "the votes are below the threshold"
    else:
        assert isinstance(decided, Resolution)
        assert (decided.answer, decided.word, decided.sources) == ("card", Word.VOTES, ("lf0",))
        assert decided.confidence == probability


def test_only_functions_that_said_so_are_sources() -> None:
    decided = decide(probabilities=(0.1, 0.8, 0.1), votes=(1, 0, -1, 1))
    assert isinstance(decided, Resolution)
    assert decided.sources == ("lf0", "lf3")


def test_why_votes_are_no_answer() -> None:
    assert decide(probabilities=(0, 0, 0), votes=(-1, -1)) == "no function votes"
    assert decide(probabilities=(0.5, 0.5, 0), votes=(0, 1)) == "the votes are tied"


@given(st.data())
def test_every_example_is_answered_or_open_never_both(data: st.DataObject) -> None:
    ids = [f"e{n}" for n in range(6)]
    examples = [
        Example(id=id_, input=id_, reference=data.draw(st.sampled_from([None, "", "card"])))
        for id_ in ids
    ]
    said = [
        say(
            data.draw(st.sampled_from(LABELS)), reviewer, example_id=data.draw(st.sampled_from(ids))
        )
        for reviewer in ("ann", "bob", "ann", "bob")
    ]
    resolved = resolve(examples, standing_words(said), None, threshold=0.6)
    assert set(resolved.resolutions).isdisjoint(resolved.open)
    assert {*resolved.resolutions, *resolved.open} == set(ids)
    assert all(r.answer for r in resolved.resolutions.values())


def exclude(reviewer: str = "ann", **fields: object) -> Annotation:
    return say(None, reviewer, action="exclude", **fields)


def test_one_persons_exclusion_outweighs_answers_gold_and_votes() -> None:
    sure = {"reference": "cash", "probabilities": (1.0, 0, 0), "votes": (0,)}
    assert decide(exclude(note="spam"), say("card", "bob"), **sure) == "excluded: spam"
    assert decide(exclude(), **sure) == "excluded by a person"


def test_an_exclusion_ends_when_it_is_undone_or_its_reviewer_answers() -> None:
    assert decide(exclude(), undo(), reference="cash").answer == "cash"  # type: ignore[union-attr]
    assert decide(exclude(), say("card")).answer == "card"  # type: ignore[union-attr]
    assert decide(exclude(), undo("bob")) == "excluded by a person"


spoken = st.lists(
    st.builds(
        say,
        st.sampled_from(LABELS),
        st.sampled_from(["ann", "bob"]),
        action=st.sampled_from(["answer", "skip", "exclude", "undo"]),
        example_id=st.sampled_from(["x", "y"]),
    ),
    max_size=20,
)


@given(spoken, st.integers(0, 20))
def test_words_heard_in_two_parts_stand_as_those_heard_at_once(
    said: list[Annotation], at: int
) -> None:
    words = Words()
    touched = words.hear(said[:at]) | words.hear(said[at:])
    assert touched == {annotation.example_id for annotation in said}
    standing = standing_words(said)
    assert {id_: words.standing(id_) for id_ in touched} == {
        id_: standing.get(id_, ()) for id_ in touched
    }
    assert words.standing("never") == ()
