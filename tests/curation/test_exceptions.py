"""Every error is one of ours, says where and what to do, and is in the drawn tree."""

from __future__ import annotations

import inspect

from curation import exceptions
from curation.exceptions import ImportFailedError, TunesmithError


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = TunesmithError("It broke.", where="line 3", remedy="Mend it.")
    assert str(error) == "It broke. [line 3] Mend it."
    assert (error.what, error.where, error.remedy) == ("It broke.", "line 3", "Mend it.")
    assert str(TunesmithError("It broke.")) == "It broke."


def test_a_failed_import_carries_its_rows() -> None:
    assert ImportFailedError("No.", rejected=((3, "no text"),)).rejected == ((3, "no text"),)


def test_the_tree_drawn_at_the_top_is_the_tree() -> None:
    classes = dict(inspect.getmembers(exceptions, inspect.isclass))
    drawn = [line for line in (exceptions.__doc__ or "").splitlines() if "Error" in line]
    assert len(classes) == len(drawn) > 10
    for name, cls in classes.items():
        (line,) = (line for line in drawn if line.lstrip("│├└─ ").split()[0] == name)
        depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
        assert depth == len(cls.__mro__) - len(TunesmithError.__mro__), name
