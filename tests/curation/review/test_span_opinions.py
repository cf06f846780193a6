"""What functions think of spans, as the queue's evidence."""

from __future__ import annotations

import numpy as np

from curation.review.span_opinions import UNKNOWN, span_opinions
from curation.types import ProbableSpans

PROBABLE = ProbableSpans(
    example_ids=("sure", "unsure"),
    answers=("[1]", "[2]"),
    probabilities=(0.9, 0.6),
    aggregator="majority",
    disputed={"unsure": ("people", "time"), "tied": ("date", "time")},
)
IDS = ["tied", "unsure", "bare", "sure"]


def test_each_example_has_its_own_suggestion_and_doubt() -> None:
    opinions = span_opinions(IDS, PROBABLE)
    assert opinions.suggestions == (None, "[2]", None, "[1]")
    assert opinions.probabilities.tolist() == [UNKNOWN, 0.6, UNKNOWN, 0.9]
    assert opinions.covered.tolist() == [False, True, False, True]
    assert np.argsort(-opinions.uncertainty, kind="stable").tolist() == [0, 2, 1, 3]


def test_the_reason_says_what_is_in_doubt() -> None:
    opinions = span_opinions(IDS, PROBABLE)
    assert [opinions.reason(row) for row in range(4)] == [
        "Functions disagree: date or time",
        "Functions disagree: people or time",
        "No function marks anything in it",
        "Functions are 90% sure of a span in it",
    ]


def test_no_examples_no_opinions() -> None:
    assert span_opinions([], PROBABLE).probabilities.shape == (0,)
