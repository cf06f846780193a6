from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import FilterError
from studio.stations.browsing import KINDS, Filter, Part, as_line, filter_from, from_line, in_words

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.none() | st.integers(-1000, 1000).map(float) | st.floats(0, 1)
valued = st.builds(
    Part,
    kind=st.sampled_from(sorted(KINDS)),
    of=texts,
    values=st.lists(texts, max_size=3).map(tuple),
    negated=st.booleans(),
)
bounded = st.builds(
    Part,
    kind=st.sampled_from(["confidence", "length", "metadata"]),
    of=texts,
    low=numbers,
    high=numbers,
    negated=st.booleans(),
)
filters = st.lists(valued | bounded, max_size=4, unique=True).map(
    lambda parts: Filter(parts=tuple(parts))
)


@given(filters)
def test_a_filter_is_read_back_from_its_line(filter_: Filter) -> None:
    assert from_line(as_line(filter_)) == filter_


@given(filters)
def test_a_filter_is_read_back_from_its_data(filter_: Filter) -> None:
    assert filter_from(filter_.model_dump(mode="json", exclude_defaults=True)) == filter_


@given(filters)
def test_every_part_can_be_said(filter_: Filter) -> None:
    assert all(in_words(part) for part in filter_.parts)


def test_what_people_type_is_read() -> None:
    read = from_line('text:refund,"money back"  -split:test source:messages.csv confidence:.25..')
    text, split, source, sure = read.parts
    assert text == Part(kind="text", values=("refund", "money back"))
    assert split == Part(kind="split", values=("test",), negated=True)
    assert source.values == ("messages.csv",)
    assert (sure.low, sure.high) == (0.25, None)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nope:1", "no filter 'nope'"),
        ("text:", "does not read"),
        ('text:"open', "does not read"),
        ('text:"a"b', "does not read"),
        ("text:a, split:test", "does not read"),
        ("confidence:1.2.3..", "does not read"),
    ],
)
def test_what_does_not_read_is_said(line: str, told: str) -> None:
    with pytest.raises(FilterError, match=told):
        from_line(line)


@pytest.mark.parametrize("data", [{"parts": [{"kind": "nope"}]}, {"parts": 3}, {"part": []}])
def test_data_that_is_no_filter(data: dict[str, object]) -> None:
    with pytest.raises(FilterError):
        filter_from(data)


def test_a_part_is_added_once_and_taken_away() -> None:
    part = Part(kind="tied")
    once = Filter() & part
    assert once & part == once
    assert once.without(part) == Filter()
