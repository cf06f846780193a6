"""The families that are served, on embeddings small enough to see through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curation.corpus import Corpus, corpus_of
from curation.exceptions import FunctionError
from curation.statistics import wilson
from curation.types import Example, JsonObject, against
from labeling_functions import (
    nearest_gold,
    not_,
    predictions,
    prompted,
    similar,
    words,
)
from labeling_functions.families import FAMILIES, VOTERS
from labeling_functions.families.prompted import meaning
from labeling_functions.families.similar import lowest_bound
from labeling_functions.function import LabelingFunction
from labeling_functions.rendering import render
from labeling_functions.resources import Resources

LABELS = ("ham", "spam")
ANGLES = {"east": 0, "nearly east": 20, "northeast": 45, "north": 90, "west": 180}


def direction(text: str) -> np.ndarray:
    angle = np.radians(ANGLES[text])
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


def embed(texts: Sequence[str]) -> np.ndarray:
    return np.stack([direction(text) for text in texts])


@pytest.fixture
def corpus() -> Corpus:
    return corpus_of([Example(id=f"id of {text}", input=text) for text in ANGLES])


@pytest.fixture
def resources() -> Resources:
    return Resources(
        embed=embed,
        vectors=lambda ids: embed([id_.removeprefix("id of ") for id_ in ids]),
        embedding_model="angles",
    )


def cast(function: LabelingFunction, corpus: Corpus, resources: Resources) -> list[int]:
    assert function.data is not None
    votes = VOTERS[function.family](function.data, corpus, LABELS, resources)
    assert votes.dtype == np.int8
    return list(votes)


def test_all_four_are_registered_and_are_data_that_json_can_hold() -> None:
    import json

    made = [
        similar("a", "spam", ["east"]),
        nearest_gold("b"),
        predictions("c", run="r"),
        prompted("d", prompt="{text}", answers={"yes": "spam"}),
    ]
    for function in made:
        assert {function.family} <= set(FAMILIES) & set(VOTERS)
        assert function.data is not None
        assert function.data["family"] == function.family
        assert json.loads(json.dumps(function.data)) == function.data
        with pytest.raises(FunctionError, match="votes in a project"):
            function(object())


@pytest.mark.parametrize(
    ("family", "label", "parameters"),
    [
        ("similar", "spam", {"examples": ['it\'s "so"'], "at_least": 0.7}),
        ("nearest_gold", "", {"k": 3}),
        ("predictions", "", {"run": "otter", "at_least": 0.5}),
        ("prompted", "", {"prompt": "Spam? {text}", "answers": {"yes": "spam", "no": None}}),
    ],
)
def test_what_is_rendered_makes_the_same_function(
    family: str, label: str, parameters: dict[str, Any]
) -> None:
    import labeling_functions

    names: dict[str, Any] = {}
    exec(render(family, "f", label, **parameters), vars(labeling_functions).copy(), names)  # noqa: S102 - our own line
    wanted = FAMILIES[family]("f", **({"label": label} if label else {}), **parameters)
    assert names["f"].data == wanted.data


# similar


@pytest.mark.parametrize(
    ("at_least", "to", "expected"),
    [
        (0.99, "nearest", [1, -1, -1, 1, -1]),
        (0.9, "nearest", [1, 1, -1, 1, -1]),
        (0.99, "mean", [-1, -1, 1, -1, -1]),
        (-1, "nearest", [1, 1, 1, 1, 1]),
    ],
)
def test_similar_votes_where_the_cosine_is_high_enough(
    corpus: Corpus, resources: Resources, at_least: float, to: str, expected: list[int]
) -> None:
    function = similar("f", "spam", ["east", "north"], at_least=at_least, to=to)
    assert cast(function, corpus, resources) == expected


def test_similar_votes_against_and_only_in_its_scope(corpus: Corpus, resources: Resources) -> None:
    no = similar("f", not_("ham"), ["east"], at_least=0.9)
    assert cast(no, corpus, resources) == [against(0), against(0), -1, -1, -1]
    scoped = similar("f", "ham", ["east"], at_least=0.9, scope=words("nearly"))
    assert cast(scoped, corpus, resources) == [-1, 0, -1, -1, -1]
    nowhere = similar("f", "ham", ["unknown to embed"], scope=words("nowhere"))
    assert cast(nowhere, corpus, resources) == [-1] * 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"examples": []},
        {"examples": "east"},
        {"examples": ["east", " "]},
        {"at_least": 1.1},
        {"at_least": True},
        {"to": "far"},
        {"label": 3},
        {"scope": "words"},
    ],
)
def test_similar_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(FunctionError):
        similar("f", **{"label": "spam", "examples": ["east"], **wrong})


def test_without_embeddings_they_say_how_to_come_by_them(corpus: Corpus) -> None:
    for function in (similar("f", "spam", ["east"]), nearest_gold("g")):
        with pytest.raises(FunctionError, match="Compute embeddings first"):
            cast(function, corpus, Resources(gold={"id of east": "spam"}))


def test_an_unknown_label_is_answered_with_the_near_ones(
    corpus: Corpus, resources: Resources
) -> None:
    with pytest.raises(FunctionError, match="Did you mean spam"):
        cast(similar("f", "spamm", ["east"]), corpus, resources)


@given(
    arrays(np.float64, 60, elements=st.floats(-1, 1, width=16)),
    arrays(np.bool_, 60),
    st.floats(0.5, 0.95),
)
def test_the_lowest_bound_is_sure_and_no_lower_one_is(
    near: np.ndarray, right: np.ndarray, precision: float
) -> None:
    def sure(bound: float) -> bool:
        kept = near >= bound
        return bool(wilson(int(right[kept].sum()), int(kept.sum()))[0] >= precision)

    found = lowest_bound(near, right, precision)
    candidates = np.unique(near)
    if found is None:
        assert not any(map(sure, candidates))
    else:
        lowest = candidates[candidates >= found].min()
        assert not any(map(sure, candidates[candidates < lowest]))
        assert found <= lowest


# nearest_gold


def test_nearest_gold_votes_what_the_neighbours_agree_on(
    corpus: Corpus, resources: Resources
) -> None:
    gold = {"id of east": "spam", "id of nearly east": "spam", "id of west": "ham"}
    served = Resources(**{**vars(resources), "gold": gold})
    two = nearest_gold("f", k=2, at_least=0.5)
    # west has no gold near enough but itself, which it may not ask
    assert cast(two, corpus, served) == [1, 1, 1, -1, -1]
    one = nearest_gold("f", k=1, at_least=-1)
    assert cast(one, corpus, served) == [1, 1, 1, 1, 1]


def test_a_gold_row_never_sees_itself(corpus: Corpus, resources: Resources) -> None:
    served = Resources(**{**vars(resources), "gold": {"id of east": "spam", "id of west": "ham"}})
    alone = nearest_gold("f", k=1, at_least=-1)
    votes = cast(alone, corpus, served)
    assert (votes[0], votes[4]) == (0, 1)  # each is told only by the other
    # and the same in any part of the corpus, in any order
    part = corpus.take(np.array([4, 0]))
    assert cast(alone, part, served) == [1, 0]


def test_nearest_gold_abstains_on_a_tie_and_without_agreement(
    corpus: Corpus, resources: Resources
) -> None:
    gold = {"id of east": "spam", "id of north": "ham", "id of nearly east": "spam"}
    served = Resources(**{**vars(resources), "gold": gold})
    part = corpus.take(np.array([2]))
    assert cast(nearest_gold("f", k=3, at_least=0, agreement=0.7), part, served) == [-1]
    assert cast(nearest_gold("f", k=3, at_least=0, agreement=0.6), part, served) == [1]
    tied = Resources(**{**vars(resources), "gold": {"id of east": "spam", "id of north": "ham"}})
    assert cast(nearest_gold("f", k=2, at_least=0, agreement=0), part, tied) == [-1]


def test_nearest_gold_without_gold_says_so(corpus: Corpus, resources: Resources) -> None:
    with pytest.raises(FunctionError, match="no gold to be near to"):
        cast(nearest_gold("f"), corpus, resources)


@pytest.mark.parametrize("wrong", [{"k": 0}, {"k": True}, {"k": 2.5}, {"agreement": -0.1}])
def test_nearest_gold_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(FunctionError):
        nearest_gold("f", **wrong)


# predictions


def test_predictions_votes_what_the_run_is_sure_of(corpus: Corpus) -> None:
    said = {
        "id of east": ("spam", 0.9),
        "id of north": ("spam", 0.7),
        "id of west": ("gibberish", 1.0),
    }
    served = Resources(predictions=lambda run: said if run == "otter" else {})
    assert cast(predictions("f", run="otter"), corpus, served) == [1, -1, -1, -1, -1]
    assert cast(predictions("f", run="otter", at_least=0.5), corpus, served)[3] == 1
    scoped = predictions("f", run="otter", scope=words("north"), at_least=0)
    assert cast(scoped, corpus, served) == [-1, -1, -1, 1, -1]
    with pytest.raises(FunctionError, match="answered no example"):
        cast(predictions("f", run="weasel"), corpus, served)
    with pytest.raises(FunctionError, match="name of a run"):
        predictions("f", run=" ")


# prompted


def test_replies_become_votes_and_what_is_none_becomes_a_fault(corpus: Corpus) -> None:
    replies = {"east": "Yes.", "nearly east": "no", "northeast": "banana\n" * 99, "north": "YES"}
    faults: list[tuple[str | None, str]] = []

    def complete(rule: JsonObject, prompts: Sequence[str]) -> list[str | None]:
        assert rule["model"] == "tiny"
        return [replies.get(prompt.removeprefix("Where? ")) for prompt in prompts]

    served = Resources(complete=complete, faulty=lambda id_, error: faults.append((id_, error)))
    function = prompted(
        "f", prompt="Where? {text}", answers={"Yes": "spam", "no": not_("spam")}, model="tiny"
    )
    assert cast(function, corpus, served) == [1, against(1), -1, 1, -1]
    (unasked, unmapped) = faults
    assert unasked == (None, "1 of 5 examples were not put to the model yet.")
    assert unmapped[0] == "id of northeast"
    assert unmapped[1].startswith("unmapped: the model replied 'banana")
    assert len(unmapped[1]) < 150


def test_nobody_asked_is_an_error_that_says_how(corpus: Corpus) -> None:
    function = prompted("f", prompt="{text}?", answers={"yes": "spam"})
    for served in (Resources(), Resources(complete=lambda _rule, prompts: [None] * len(prompts))):
        with pytest.raises(FunctionError, match="tunesmith ask"):
            cast(function, corpus, served)


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": "no place for it"},
        {"answers": {}},
        {"answers": {"yes": None}},
        {"answers": {"yes": "spam", "Yes!": "ham"}},
        {"answers": {" ": "spam"}},
    ],
)
def test_prompted_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(FunctionError):
        prompted("f", **{"prompt": "{text}", "answers": {"yes": "spam"}, **wrong})


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("spam", 1),
        ("  SPAM!\n", 1),
        ("**spam**", 1),
        ("This is spam, I think", 1),
        ("not spam", 0),
        ("It's clearly not spam.", 0),
        ("spammer", None),
        ("spam or ham", None),
        ("ham, plain ham", 0),
        ("", None),
    ],
)
def test_what_replies_mean(reply: str, expected: int | None) -> None:
    assert meaning(reply, {"spam": 1, "not spam": 0, "ham": 0}) == expected


@given(st.text(), st.dictionaries(st.sampled_from(["yes", "no", "maybe so"]), st.integers(-3, 2)))
def test_a_reply_means_one_of_the_answers_or_nothing(reply: str, meanings: dict[str, int]) -> None:
    found = meaning(reply, meanings)
    assert found is None or found in meanings.values()


# what votes depend on


def test_state_changes_with_what_votes_depend_on_and_nothing_else(resources: Resources) -> None:
    def with_(**changes: Any) -> Resources:
        return Resources(**{**vars(resources), **changes})

    near, gold = {"family": "similar"}, {"family": "nearest_gold"}
    assert resources.state({"family": "keywords"}) == ""
    assert with_(embedding_model="other").state(near) != resources.state(near)
    assert with_(gold={"a": "ham"}).state(near) == resources.state(near)
    assert with_(gold={"a": "ham"}).state(gold) != with_(gold={"a": "spam"}).state(gold)
    assert with_(gold={"a": "x", "b": "y"}).state(gold) == with_(gold={"b": "y", "a": "x"}).state(
        gold
    )
    assert with_(stamp=lambda rule: rule["run"]).state({"family": "predictions", "run": "r"}) == "r"
    assert with_(embedding_rows=3).state(near) == resources.state(near)
    assert with_(embedding_rows=3).seen(near) != resources.seen(near)
