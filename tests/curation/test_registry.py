"""Names to things: lazy, and helpful about a name it does not know."""

from __future__ import annotations

import pytest

from curation.exceptions import UnknownNameError
from curation.registry import MOST, Registry, nearest

SHAPES = Registry("shape", {"square": "math:sqrt", "circle": "no_such_module:circle"})


def test_it_behaves_like_a_mapping_of_names() -> None:
    assert list(SHAPES) == ["square", "circle"]
    assert len(SHAPES) == 2
    assert "square" in SHAPES
    assert "triangle" not in SHAPES


def test_a_thing_is_imported_when_it_is_asked_for() -> None:
    assert SHAPES["square"](9) == 3
    assert SHAPES.target("circle") == "no_such_module:circle"
    with pytest.raises(ModuleNotFoundError):
        SHAPES["circle"]


@pytest.mark.parametrize("name", ["sqare", "squares", "sqaure"])
def test_an_unknown_name_is_answered_with_the_near_ones(name: str) -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean square\?") as caught:
        SHAPES[name]
    assert f"no shape called {name!r}" in caught.value.what


@pytest.mark.parametrize("name", ["", "xyzzy"])
def test_a_name_like_none_is_answered_with_all(name: str) -> None:
    with pytest.raises(UnknownNameError, match="There is: square, circle"):
        SHAPES.target(name)


def test_it_does_not_follow_its_sources_later_changes() -> None:
    targets = {"square": "math:sqrt"}
    shapes = Registry("shape", targets)
    targets["cube"] = "math:cbrt"
    assert "cube" not in shapes


def test_what_is_left_out_of_many_names_is_counted() -> None:
    names = [f"label {place}" for place in range(MOST + 57)]
    assert nearest("zzz", names).endswith("label 19 and 57 more.")
    assert nearest("zzz", names[:MOST]).endswith("label 19.")


def test_names_that_differ_in_case_are_near() -> None:
    assert nearest("CARD_ARIVAL", ["card_arrival", "top_up"]) == "Did you mean card_arrival?"
