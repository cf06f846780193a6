"""What the editor offers while one types."""

from __future__ import annotations

import labeling_functions
from studio.components.completions import MOST_COLUMNS, completions


def test_everything_a_functions_file_may_import_is_offered_with_what_it_takes() -> None:
    names = {word["label"]: word for word in completions([], [])["names"]}
    assert names.keys() == set(labeling_functions.__all__)
    assert names["keywords"]["detail"].startswith("(name, label, words")
    assert names["keywords"]["info"].startswith("Vote `label` where")
    assert names["ABSTAIN"]["detail"] == "-1"
    assert "${label}" in names["labeling_function"]["snippet"]


def test_columns_are_keys_and_those_that_can_be_attributes_are_fields_too() -> None:
    offered = completions(["spam"], ["channel", "sent at"])
    assert [field["label"] for field in offered["fields"]] == ["text", "metadata", "channel"]
    assert [column["label"] for column in offered["columns"]] == ["channel", "sent at"]
    assert offered["labels"] == ["spam"]


def test_a_file_of_a_thousand_columns_does_not_travel_with_every_draw() -> None:
    assert len(completions([], map(str, range(1000)))["columns"]) == MOST_COLUMNS
