from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import ProjectError
from curation.splits import assign_split, group_of
from curation.types import Split

SHARES = (0.7, 0.15, 0.15)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is order 12?", "where is ORDER 99"),
        ("two  spaces,\nand a line", "two spaces and a line"),
        ("ﬁne café", "fine cafe\u0301"),
        ("STRASSE", "straße"),
        ("snake_case words", "snake case words"),
    ],
)
def test_near_duplicates_are_one_family(one: str, other: str) -> None:
    assert group_of(one) == group_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("open on Monday", "open on Tuesday"), ("!", "?"), ("a 1", "a"), ("", " ")]
)
def test_different_texts_are_different_families(one: str, other: str) -> None:
    assert group_of(one) != group_of(other)


@settings(max_examples=60)
@given(st.text(), st.integers())
def test_a_family_has_one_split_and_always_the_same(text: str, seed: int) -> None:
    assert group_of(text) == group_of(text)
    assert assign_split(seed, text, SHARES) is assign_split(seed, text, SHARES)


@settings(max_examples=40)
@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.text())
def test_a_split_without_a_share_gets_nothing(a: int, b: int, c: int, group: str) -> None:
    total = max(a + b + c, 1)
    shares = (a / total, b / total, c / total) if a + b + c else (1.0, 0.0, 0.0)
    split = assign_split(13, group, shares)
    assert dict(zip(Split, shares, strict=True))[split] > 0


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_groups_are_shared_out_as_asked(seed: int) -> None:
    n = 4000
    counts = Counter(assign_split(seed, f"group {i}", SHARES) for i in range(n))
    for split, share in zip(Split, SHARES, strict=True):
        spread = (share * (1 - share) / n) ** 0.5
        assert abs(counts[split] / n - share) < 5 * spread


def test_another_seed_gives_another_division() -> None:
    groups = [f"group {i}" for i in range(200)]
    assert [assign_split(1, g, SHARES) for g in groups] != [
        assign_split(2, g, SHARES) for g in groups
    ]


def test_growing_the_train_share_takes_nothing_out_of_it() -> None:
    groups = [f"group {i}" for i in range(300)]
    small = {g for g in groups if assign_split(1, g, (0.5, 0.25, 0.25)) is Split.TRAIN}
    large = {g for g in groups if assign_split(1, g, (0.8, 0.1, 0.1)) is Split.TRAIN}
    assert small < large


def test_a_division_is_pinned_for_good() -> None:
    assert group_of("Where is order 12?") == "04942364c3aab1be"
    assert [assign_split(13, f"g{i}", SHARES).value for i in range(4)] == [
        "train",
        "train",
        "test",
        "validation",
    ]


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (0.0, 0.0, 0.0)])
def test_shares_that_make_no_sense_are_refused(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ProjectError, match="sum to 1"):
        assign_split(13, "g", shares)
