from __future__ import annotations

from labeling_functions.rows import row_of


def test_metadata_columns_are_attributes() -> None:
    row = row_of("hello", {"stars": 5, "given name": "Ada"})
    assert (row.stars, row["given name"], row["text"], row.input) == (5, "Ada", "hello", "hello")


def test_a_column_called_text_does_not_hide_the_text() -> None:
    row = row_of("hello", {"text": "other", "metadata": 1})
    assert (row.text, row.metadata) == ("hello", {"text": "other", "metadata": 1})


def test_a_row_can_be_changed_without_changing_the_example() -> None:
    metadata = {"stars": 5}
    row_of("hello", metadata).metadata["stars"] = 1
    assert metadata == {"stars": 5}
