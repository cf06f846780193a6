from __future__ import annotations

from enum import IntEnum

import numpy as np
import pytest

from curation.exceptions import FunctionError
from curation.types import ABSTAIN
from labeling_functions import keywords, labeling_function, words
from labeling_functions.function import LabelingFunction, not_, vote_of
from labeling_functions.rows import Row

LABELS = ("billing", "delivery", "refund")


class Label(IntEnum):
    DELIVERY = 1


@pytest.mark.parametrize(
    ("answer", "vote"),
    [
        (None, ABSTAIN),
        (ABSTAIN, ABSTAIN),
        ("refund", 2),
        (0, 0),
        (np.int64(2), 2),
        (Label.DELIVERY, 1),
        (not_("billing"), -2),
        (not_("refund"), -4),
    ],
)
def test_an_answer_becomes_a_vote(answer: object, vote: int) -> None:
    assert vote_of(answer, LABELS) == vote


@pytest.mark.parametrize("answer", [True, False, 3, -2, 1.0, ["refund"], b"refund"])
def test_an_answer_that_is_no_vote_is_refused(answer: object) -> None:
    with pytest.raises(FunctionError, match="is no vote") as caught:
        vote_of(answer, LABELS)
    assert "from 0 to 2" in caught.value.remedy


def test_an_unknown_label_is_answered_with_the_near_ones() -> None:
    with pytest.raises(FunctionError, match=r"'refnud'.*Did you mean refund\?"):
        vote_of("refnud", LABELS)
    with pytest.raises(FunctionError, match="There is: billing, delivery, refund"):
        vote_of("xyz", LABELS)
    with pytest.raises(FunctionError, match="Did you mean refund"):
        vote_of(not_("refnud"), LABELS)


@pytest.mark.parametrize("label", ["", None, 3])
def test_not_needs_a_label(label: str) -> None:
    with pytest.raises(FunctionError, match="label's name"):
        not_(label)


def test_a_function_says_what_it_can_vote() -> None:
    assert keywords("a", "billing", ["x"]).polarity == "billing"
    assert keywords("a", not_("billing"), ["x"]).polarity == "not billing"
    assert LabelingFunction("a", "python", bool).polarity == ""


def test_a_plain_function_abstains_outside_its_scope() -> None:
    asked = []

    @labeling_function(scope=words("order"))
    def late(x: Row) -> str:
        asked.append(x.text)
        return "delivery"

    assert late(Row(text="my order")) == "delivery"
    assert late(Row(text="hello")) is None
    assert asked == ["my order"]
    with pytest.raises(FunctionError, match="A scope is a condition"):
        labeling_function(scope="order")(late.rule)
