"""Every selection has a name."""

from __future__ import annotations

from typing import get_args

import pytest

from labeling_functions.analysis.selection import Selection, What
from studio.workbench import titles


@pytest.mark.parametrize("what", get_args(What))
def test_every_selection_has_a_title(what: What) -> None:
    assert titles.of(Selection(what=what))
    if what != "tied":
        assert "asks" in titles.of(Selection(what=what, function="asks")) or what == "all"


def test_different_selections_have_different_keys() -> None:
    one = Selection(what="conflict", function="a", other="b")
    assert titles.key(one) != titles.key(Selection(what="overlap", function="a", other="b"))
