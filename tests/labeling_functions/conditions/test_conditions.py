from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import labeling_functions
from labeling_functions.conditions import Condition, condition_from
from labeling_functions.rows import row_of
from tests.labeling_functions.conditions.made import CONDITIONS, REGEXES, ROWS, TEXTS, corpus


@given(CONDITIONS, ROWS)
@settings(max_examples=400, deadline=None)
def test_a_mask_holds_on_the_very_rows_the_condition_does(
    condition: Condition, rows: list[tuple[str, dict[str, Any]]]
) -> None:
    held = [condition.holds(row_of(text, metadata)) for text, metadata in rows]
    assert condition.mask(corpus(rows)).tolist() == held


@given(REGEXES, st.booleans(), st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=600, deadline=None)
def test_any_expression_is_found_where_python_finds_it(
    regex: str, ignore_case: bool, texts: list[str]
) -> None:
    condition = labeling_functions.matches(regex, ignore_case=ignore_case)
    held = [condition.holds(row_of(text, {})) for text in texts]
    assert condition.mask(corpus([(text, {}) for text in texts])).tolist() == held


@given(CONDITIONS)
def test_a_condition_is_its_data_and_its_code(condition: Condition) -> None:
    assert condition_from(json.loads(json.dumps(condition.data))) == condition
    assert eval(condition.code(), vars(labeling_functions).copy()) == condition  # noqa: S307
