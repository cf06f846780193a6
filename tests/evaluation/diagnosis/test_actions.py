"""Actions are few, ordered by errors explained for a minute, and count no error twice."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evaluation.diagnosis.actions import AT_ONCE, MOST, next_actions
from evaluation.diagnosis.claim import LEVEL, Claim


def claim(errors: Any, **fields: Any) -> Claim:
    given_ = {
        "cause": "uncovered", "subject": "cash", "sentence": "It is so.",
        "rows": np.array(errors), "expected": 0.1, "p_value": 0.0, "do": "label",
        "work_on": tuple(f"u{at}" for at in range(40)), **fields,
    }  # fmt: skip
    return Claim(errors=np.array(errors, dtype=np.intp), **given_)


CLAIMS = st.lists(
    st.builds(
        claim,
        st.lists(st.integers(0, 60), max_size=30, unique=True),
        do=st.sampled_from(["function", "recheck", "label", "collect", "template", "look"]),
        p_value=st.floats(0, LEVEL * 0.99),
        subject=st.text(max_size=5),
    ),
    max_size=12,
)


@given(CLAIMS)
def test_they_are_few_and_the_best_come_first(claims: list[Claim]) -> None:
    chosen = next_actions(claims)
    assert len(chosen) <= MOST
    worth = [action.worth for action in chosen]
    assert worth == sorted(worth, reverse=True)
    assert all(action.minutes > 0 for action in chosen)
    assert {id(action.claim.errors) for action in chosen} <= {id(one.errors) for one in claims}


def test_an_error_counts_once() -> None:
    whole, part = claim(range(20), subject="whole"), claim(range(15), subject="part")
    chosen = next_actions([part, whole, claim([40, 41, 42, 43], subject="other")])
    assert [action.claim.subject for action in chosen] == ["whole", "other"]


def test_less_work_comes_first_where_as_much_is_explained() -> None:
    quick = claim(range(10), do="template", subject="the template")
    slow = claim(range(30, 40), do="collect", subject="texts")
    assert [a.claim.do for a in next_actions([slow, quick])] == ["template", "collect"]


def test_what_the_score_hides_counts_as_explained() -> None:
    chosen = next_actions([claim([], do="drop", latent=50.0), claim(range(10))])
    assert [action.claim.do for action in chosen] == ["drop", "label"]


def test_a_person_is_asked_about_some_at_once_and_a_slow_one_takes_longer() -> None:
    many = claim(range(30), work_on=tuple(f"u{at}" for at in range(500)))
    (action,) = next_actions([many])
    assert len(action.claim.work_on) == AT_ONCE
    assert action.title == "Label 40 texts that look like cash"
    (slow,) = next_actions([many], seconds=30)
    assert slow.minutes == 5 * action.minutes
