"""What is marked in a text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from curation.types import FunctionInfo
from labeling_functions import all_of, length, words
from studio.workbench.highlights import merged, spans_of, words_in

spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12)


def _function(source: str, rule: dict[str, object] | None = None) -> FunctionInfo:
    return FunctionInfo(
        name="f", fingerprint=source, family="f", file="a.py", line=1, source=source, rule=rule
    )


@given(spans)
def test_merged_spans_mark_the_same_letters_in_order_and_apart(
    found: list[tuple[int, int]],
) -> None:
    once = merged(found)
    assert {n for s, e in once for n in range(s, e)} == {n for s, e in found for n in range(s, e)}
    assert all(one[1] < other[0] for one, other in pairwise(once))


def test_a_condition_marks_where_it_holds() -> None:
    condition = all_of(words("money back"), length(at_least=2))
    function = _function("f = ...", {"family": "when", "when": condition.data})
    assert spans_of(function, "My MONEY  back, now") == ((3, 14),)


def test_python_marks_what_it_compares_with_and_not_what_it_answers() -> None:
    source = (
        "def f(x):\n    'Says refund.'\n    if 'Refund' in x.text or x.text == 'ok':\n"
        "        return 'returns'\n    return 'other' if 'swap' in x.text else None\n"
    )
    assert set(words_in(source)) == {"refund", "swap"}
    assert spans_of(_function(source), "A REFUND for returns") == ((2, 8),)


def test_what_does_not_parse_or_shifts_when_lowered_is_not_marked() -> None:
    assert words_in("def f(:") == ()
    assert spans_of(_function("x = 'refund' in y"), "\u0130 refund") == ()


def test_a_damaged_rule_marks_nothing() -> None:
    assert spans_of(_function("f", {"family": "when", "when": {"kind": "nonsense"}}), "a") == ()
