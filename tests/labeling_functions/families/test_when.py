from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snorkel.labeling import LabelingFunction as SnorkelFunction
from snorkel.labeling import PandasLFApplier

from curation.exceptions import FunctionError
from curation.types import ABSTAIN
from labeling_functions import keywords, length, not_, when, words
from labeling_functions.conditions import Condition
from labeling_functions.families import FAMILIES, VOTERS
from labeling_functions.families.when import condition_of, votes, votes_together
from labeling_functions.function import LabelingFunction, vote_of
from labeling_functions.rows import row_of
from tests.labeling_functions.conditions.made import CONDITIONS, ROWS, corpus

LABELS = ("ham", "spam", "eggs")
FUNCTIONS = st.builds(
    lambda label, against, condition, scope: when(
        "f", not_(label) if against else label, condition, scope=scope
    ),
    st.sampled_from(LABELS),
    st.booleans(),
    CONDITIONS,
    st.none() | CONDITIONS,
)


SHIFT = 9  # Snorkel takes every vote below zero for an abstention


def for_snorkel(function: LabelingFunction, place: int) -> SnorkelFunction:
    def rule(x: Any) -> int:
        vote = vote_of(function(row_of(x.text, x.columns)), LABELS)
        return ABSTAIN if vote == ABSTAIN else vote + SHIFT

    return SnorkelFunction(f"f{place}", rule)


@given(st.lists(FUNCTIONS, min_size=1, max_size=4), ROWS.filter(bool))
@settings(max_examples=100, deadline=None)
def test_votes_are_those_of_snorkels_applier_row_for_row(
    functions: list[LabelingFunction], rows: list[tuple[str, dict[str, Any]]]
) -> None:
    frame = pd.DataFrame({"text": [text for text, _ in rows], "columns": [m for _, m in rows]})
    applier = PandasLFApplier([for_snorkel(f, place) for place, f in enumerate(functions)])
    shifted = applier.apply(frame, progress_bar=False)
    expected = np.where(shifted == ABSTAIN, ABSTAIN, shifted - SHIFT)
    rules = [function.data or {} for function in functions]
    np.testing.assert_array_equal(votes_together(rules, corpus(rows), LABELS), expected)
    for place, rule in enumerate(rules):
        np.testing.assert_array_equal(votes(rule, corpus(rows), LABELS), expected[:, place])


def test_votes_are_small_and_say_against() -> None:
    rules = [
        keywords("a", "spam", ["x"]).data or {},
        keywords("b", not_("spam"), ["x"], scope=length(at_most=1)).data or {},
    ]
    cast = votes_together(rules, corpus([("x", {}), ("x y", {}), ("y", {})]), LABELS)
    assert cast.tolist() == [[1, -3], [1, -1], [-1, -1]]
    assert cast.dtype == np.int8
    many = tuple(map(str, range(128)))
    assert votes({**rules[0], "vote": "127"}, corpus([("x", {})]), many).tolist() == [127]


def test_an_unknown_label_is_answered_with_the_near_ones() -> None:
    rule = keywords("a", not_("spma"), ["x"]).data or {}
    with pytest.raises(FunctionError, match="Did you mean spam"):
        votes(rule, corpus([]), LABELS)


@given(FUNCTIONS, ROWS)
def test_the_condition_of_a_rule_includes_its_scope(
    function: LabelingFunction, rows: list[tuple[str, dict[str, Any]]]
) -> None:
    condition = condition_of(function.data or {})
    for text, metadata in rows:
        row = row_of(text, metadata)
        assert condition.holds(row) is (function(row) is not None)


@pytest.mark.parametrize(
    ("condition", "scope", "label"),
    [("open", None, "a"), (words("open"), "open", "a"), (words("open"), None, 5)],
)
def test_what_is_no_condition_scope_or_label_is_refused(
    condition: Condition, scope: Condition, label: str
) -> None:
    with pytest.raises(FunctionError) as caught:
        when("mine", label, condition, scope=scope)
    assert caught.value.where == "mine"


def test_every_family_that_is_data_can_vote() -> None:
    assert set(VOTERS) == set(FAMILIES) - {"python"}
    assert all(callable(VOTERS[family]) for family in VOTERS)
