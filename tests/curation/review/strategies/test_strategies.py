"""Each strategy: whom it puts first, what it says, and when it has nothing to go by."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from curation.review.evidence import Belief, Evidence, Sureness
from curation.review.quick.model import LabelIssue
from curation.review.span_opinions import span_opinions
from curation.review.strategies import STRATEGIES, Choice
from curation.review.strategies.diverse import farthest_first
from curation.types import ProbableSpans, Word
from curation.vectors import append, begin, read_embeddings
from tests.curation.review.gathered import LABELS, evidence


def chosen(name: str, some: Evidence, number: int = 100) -> list[tuple[int, str]]:
    assert STRATEGIES[name].silent(some) == ""
    choice: Choice = STRATEGIES[name].choose(some, number)
    return [(row, choice.why(row)) for row in choice.rows.tolist()]


def doubt(given: str, likelier: str, p: float, word: Word = Word.VOTES) -> LabelIssue:
    return LabelIssue(given=given, word=word, likelier=likelier, probability=p, quality=1 - p)


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_every_strategy_has_a_title_a_sentence_and_its_own_file(name: str) -> None:
    strategy = STRATEGIES[name]
    assert strategy.title[0].isupper()
    assert strategy.help.endswith(".")
    assert Path(inspect.getfile(strategy.choose)).stem == name


def test_the_functions_closest_call_comes_first_and_silence_before_agreement() -> None:
    some = evidence(4, votes=[[0, 0, 0], [-1, -1, -1], [0, 1, -1], [0, 0, 1]])
    assert chosen("uncertain", some) == [
        (2, "The functions are unsure: card 50%, cash 50%"),
        (3, "The functions are unsure: card 67%, cash 33%"),
        (1, "No function votes on it"),
        (0, "The functions are unsure: card 100%, cash 0%"),
    ]


def test_what_is_known_answered_or_left_to_chance_is_not_chosen() -> None:
    some = replace(evidence(60, votes=[[0, 1]] * 60, done=[0], known=[1]), reserve=0.5)
    rows = [row for row, _ in chosen("uncertain", some)]
    assert rows
    assert not {0, 1} & set(rows)
    assert len(rows) == 29
    assert not some.left_to_chance[rows].any()


def test_functions_that_disagree_are_counted() -> None:
    some = evidence(3, votes=[[2, 2, 0], [0, 0, -1], [-1, -2, 1]])
    assert chosen("disagree", some) == [(0, "Functions disagree: 2 for refund, 1 for card")]


def test_one_function_cannot_disagree() -> None:
    assert "two functions" in STRATEGIES["disagree"].silent(evidence(2, votes=[[0], [1]]))


def test_spans_in_dispute_come_before_spans_that_are_unsure() -> None:
    marks = '[{"start":0,"end":2,"label":"card"}]'
    probable = ProbableSpans(
        ("e0", "e1"), (marks, marks), (0.9, 0.6), "majority", {"e0": ("card", "cash")}
    )
    some = evidence(3)
    some = replace(some, functions=span_opinions(list(some.ids), probable))
    assert chosen("disagree", some) == [(0, "Functions disagree: card or cash")]
    assert [row for row, _ in chosen("uncertain", some)] == [2, 1, 0]
    assert chosen("uncertain", some)[1][1] == "Functions are 60% sure of a span in it"


def test_a_torn_model_says_between_what() -> None:
    probabilities = np.array([[0.9, 0.05, 0.05], [0.41, 0.38, 0.21], [1 / 3] * 3], dtype=np.float32)
    model = Belief(LABELS, probabilities, np.array([True, True, False]))
    some = replace(evidence(3), model=model, model_name="The quick model")
    assert chosen("model", some)[0] == (1, "The quick model is torn: card 41%, cash 38%")
    assert [row for row, _ in chosen("model", some)] == [1, 0], "what it does not know is not torn"


def test_a_run_that_is_not_sure_says_of_what() -> None:
    sure = np.array([0.8, np.nan, 0.3], dtype=np.float32)
    some = replace(
        evidence(3), model=Sureness({0: "card", 2: "a long\ntext"}, sure), model_name="Run a"
    )
    assert chosen("model", some) == [
        (2, "Run a is only 30% sure"),
        (0, "Run a is only 80% sure of card"),
    ]


def test_likely_errors_are_asked_again_once_and_show_no_persons_answer() -> None:
    issues = {
        "e0": doubt("card", "cash", 0.7),
        "e1": doubt("card", "cash", 0.95, Word.GOLD),
        "e2": doubt("card", "refund", 0.8, Word.PERSON),
        "e3": doubt("card", "refund", 0.9),
        "gone": doubt("card", "refund", 0.9),
    }
    some = evidence(5, known=[1], done=[2], issues=issues, checked=frozenset({"e3"}))
    assert chosen("label_errors", some) == [
        (1, "The file says card, the model cash: 95%"),
        (2, "The model doubts the answer given here"),
        (0, "Functions say card, the model cash: 70%"),
    ]
    assert STRATEGIES["label_errors"].again


def test_without_likely_errors_nothing_is_asked_again() -> None:
    some = evidence(1, issues={"e0": doubt("a", "b", 0.9)}, checked=frozenset({"e0"}))
    assert STRATEGIES["label_errors"].silent(some) == "No label looks wrong."


def embedded(some: Evidence, vectors: object, folder: Path) -> Evidence:
    rows = np.array(vectors, dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    folder.mkdir()
    append(folder, begin(folder, "m", rows.shape[1]), [f"e{i}" for i in range(len(rows))], rows, 0)
    return replace(some, embeddings=read_embeddings(folder))


def test_what_is_far_from_everything_answered_comes_first(tmp_path: Path) -> None:
    vectors = [[1, 0, 0], [1, 0.1, 0], [0, 1, 0], [0, 0.9, 0.5], [1, 1, 0]]
    some = embedded(evidence(6, done=[0]), vectors, tmp_path / "v")
    found = chosen("diverse", some)
    assert found[0] == (2, "Unlike anything answered so far: 0.00 like the nearest")
    assert [row for row, _ in found] == [2, 4, 3, 1], "e5 has no embedding, and e0 is answered"


def test_farthest_first_never_takes_a_place_twice() -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places, near = farthest_first(vectors, np.full(40, -1, dtype=np.float32), 100)
    assert sorted(places.tolist()) == list(range(40))
    assert near == sorted(near), "each is at least as near to the chosen as the one before"


def test_texts_of_all_lengths_come_in_turn() -> None:
    some = replace(evidence(100), texts=pl.Series("text", ["x" * (i + 1) for i in range(100)]))
    rows = [row for row, _ in chosen("length", some, 10)]
    assert sorted(row // 10 for row in rows) == list(range(10))
    assert rows[0] >= 90
    assert chosen("length", some, 1)[0][1].endswith("characters, the longest tenth")


def test_gold_questions_read_like_random_cards_and_only_ask_what_is_known() -> None:
    some = evidence(30, known=[3, 4], done=[4])
    (only,) = chosen("gold", some)
    whole = replace(some, reserve=1.0)
    assert only[0] == 3
    assert {why for _, why in chosen("random", whole)} == {only[1]}
    assert "brought" in STRATEGIES["gold"].silent(evidence(3))


def test_what_measures_is_blind_and_the_rest_is_not() -> None:
    blind = {name for name in STRATEGIES if STRATEGIES[name].blind}
    assert blind == {"random", "gold", "compare"}


def test_pairs_are_compared_where_there_are_two_responses() -> None:
    some = replace(evidence(5), pairs=np.array([1, 4]))
    assert {row for row, _ in chosen("compare", some)} == {1, 4}
    assert STRATEGIES["compare"].silent(evidence(5))
