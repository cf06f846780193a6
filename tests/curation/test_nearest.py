from __future__ import annotations

from curation.nearest import MOST, nearest


def test_what_is_left_out_of_many_names_is_counted() -> None:
    names = [f"label {place}" for place in range(MOST + 57)]
    assert nearest("zzz", names).endswith("label 19 and 57 more.")
    assert nearest("zzz", names[:MOST]).endswith("label 19.")


def test_names_that_differ_in_case_are_near() -> None:
    assert nearest("CARD_ARIVAL", ["card_arrival", "top_up"]) == "Did you mean card_arrival?"
