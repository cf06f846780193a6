from __future__ import annotations

from enum import IntEnum

import numpy as np
import pytest

from curation.exceptions import FunctionError
from curation.types import ABSTAIN
from labeling_functions.function import vote_of

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
