from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snorkel.map.core import get_hashable
from snorkel.preprocess import preprocessor

from labeling_functions.rows import OwnRow, Row, row_of, rows_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_metadata_columns_are_attributes() -> None:
    row = row_of("hello", {"stars": 5, "given name": "Ada"})
    assert (row.stars, row["given name"], row["text"], row.input) == (5, "Ada", "hello", "hello")


def test_a_column_called_text_does_not_hide_the_text() -> None:
    row = row_of("hello", {"text": "other", "metadata": 1})
    assert (row.text, row.metadata) == ("hello", {"text": "other", "metadata": 1})


def test_columns_may_be_called_as_a_tuples_methods_are() -> None:
    row = row_of("hello", {"count": 3, "index": 7})
    assert (row.count, row["count"], row.index) == (3, 3, 7)
    assert not hasattr(row_of("hello", {}), "count")


def test_a_column_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="The row has no column 'txt'"):
        _ = row_of("hello", {}).txt
    assert getattr(row_of("hello", {}), "stars", 3) == 3


def test_a_column_can_be_asked_for_with_a_default_as_in_pandas() -> None:
    row = row_of("hello", {"stars": 5})
    for one in (row, copy.copy(row)):
        assert (one.get("text"), one.get("stars", 0), one.get("author")) == ("hello", 5, None)
        assert one.get("author", "nobody") == "nobody"


@pytest.mark.parametrize(
    "change",
    [
        "x.text = 'other'",
        "x.new = 1",
        "x['text'] = 'other'",
        "del x.text",
        "x.metadata['stars'] = 1",
        "x.metadata.update(stars=1)",
        "x.metadata |= {'stars': 1}",
        "x.tags.append('b')",
        "x.tags += ['b']",
        "x.tags.sort()",
        "x.deep['tags'].clear()",
        "x.deep.pop('tags')",
    ],
)
def test_nothing_of_a_row_can_be_changed(change: str) -> None:
    columns = {"stars": 5, "tags": ["b", "a"], "deep": {"tags": ["a"]}}
    row = row_of("hello", columns)
    with pytest.raises((TypeError, AttributeError), match=r"cannot be changed|has no setter"):
        exec(change, {"x": row})  # noqa: S102 - what a user's function might do
    assert (row.text, row.metadata) == ("hello", columns)


@given(st.text(), st.dictionaries(st.text(), JSON))
def test_a_copy_says_the_same_and_can_be_changed(text: str, columns: dict[str, object]) -> None:
    (row,) = rows_of([text], [json.dumps(columns)])
    for own in (copy.copy(row), copy.deepcopy(row)):
        assert isinstance(own, OwnRow)
        assert (own.text, own.metadata) == (text, columns)
        own.text = own["more"] = "changed"
        own.metadata["more"] = "changed"
        for value in own.metadata.values():
            if isinstance(value, list):
                value.append("changed")
    assert (row.text, row.metadata) == (text, columns)


def test_snorkels_preprocessors_change_a_copy_and_remember_it() -> None:
    seen = []

    @preprocessor(memoize=True)
    def lower(x: OwnRow) -> OwnRow:
        seen.append(x.text)
        x.text = x.text.lower()
        return x

    @preprocessor(pre=[lower], memoize=True)
    def words(x: OwnRow) -> OwnRow:
        x.words = x.text.split()
        return x

    rows = [row_of(text, {"tags": ["a"]}) for text in ("Hello You", "Hello You", "BYE")]
    assert [words(row).words for row in rows] == [["hello", "you"], ["hello", "you"], ["bye"]]
    assert seen == ["Hello You", "BYE"]
    assert rows[0].text == "Hello You"


def test_rows_are_told_apart_by_all_they_hold() -> None:
    rows = [row_of("a", {"stars": 1}), row_of("a", {"stars": 1}), row_of("a", {"stars": 2})]
    assert [get_hashable(row) == get_hashable(rows[0]) for row in rows] == [True, True, False]


def test_a_row_can_be_made_by_hand() -> None:
    assert (Row(text="a", stars=2).stars, Row("b").text, repr(Row("c"))) == (
        2, "b", "Row(text='c', metadata={})",
    )  # fmt: skip
