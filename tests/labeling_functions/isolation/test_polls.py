from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.types import ABSTAIN
from labeling_functions.isolation.polls import Poll, chunks_of, unasked


@given(st.integers(1, 300_000), st.integers(1, 64), st.floats(1, 1e7))
def test_chunks_hold_every_row_once_and_fit_into_memory(
    rows: int, children: int, row_bytes: float
) -> None:
    chunks = chunks_of(rows, children, row_bytes)
    assert chunks[0][0] == 0
    assert chunks[-1][1] == rows
    assert all(stop == start for (_, stop), (start, _) in pairwise(chunks))
    assert all(0 < stop - start <= 8192 for start, stop in chunks)


@given(
    rows=st.integers(1, 400),
    deadly=st.dictionaries(st.sampled_from("abc"), st.sets(st.integers(0, 399)), max_size=3),
    order=st.randoms(use_true_random=False),
    children=st.integers(1, 4),
)
def test_whoever_is_asked_when_every_row_is_asked_once_and_deaths_count_in_order(
    rows: int, deadly: dict[str, set[int]], order: object, children: int
) -> None:
    """Children are played by a loop that finishes their units in any order."""
    votes = np.full((3, rows), -128, np.int8)
    job = {"functions": [{"name": n, "file": "f.py", "fingerprint": ""} for n in "abc"]}
    poll = Poll(job, votes, np.zeros(3, np.int32), chunks_of(rows, children, 1e6))
    finished, busy = [], []
    while True:
        while len(busy) < children and (unit := poll.next(None)):
            busy.append(unit)
        if not busy:
            break
        unit = busy.pop(order.randrange(len(busy)))  # type: ignore[attr-defined]
        column = unit.function.column
        for row in range(unit.start, unit.chunk[1]):
            assert votes[column, row] == unasked(votes)
            if row in deadly.get(unit.function.name, ()):
                assert poll.died(unit) == row
                break
            votes[column, row] = 1
        if poll.release(unit, 0.0):
            finished.append(unit.function.name)
    assert sorted(finished) == ["a", "b", "c"]
    for column, name in enumerate("abc"):
        deaths = sorted(row for row in deadly.get(name, ()) if row < rows)
        end = deaths[2] + 1 if len(deaths) > 2 else rows
        expected = [ABSTAIN if row in deaths else 1 for row in range(end)]
        assert votes[column, :end].tolist() == expected


def test_a_function_that_is_slow_waits_until_the_quick_ones_are_done() -> None:
    votes = np.full((2, 1000), -128, np.int8)
    job = {"functions": [{"name": n, "file": "f.py", "fingerprint": ""} for n in ("slow", "quick")]}
    poll = Poll(job, votes, np.zeros(2, np.int32), chunks_of(1000, 1, 1.0))
    asked = []
    while unit := poll.next(asked[-1].chunk if asked else None):
        asked.append(unit)
        votes[unit.function.column, unit.start : unit.chunk[1]] = 0
        poll.release(unit, 9.0 if unit.function.name == "slow" else 0.0)
    names = [unit.function.name for unit in asked]
    assert names == ["slow", *["quick"] * 5, *["slow"] * 4]


def test_a_function_that_is_stopped_is_asked_no_more() -> None:
    votes = np.full((1, 1000), -128, np.int8)
    poll = Poll(
        {"functions": [{"name": "a", "file": "f.py", "fingerprint": ""}]},
        votes,
        np.zeros(1, np.int32),
        chunks_of(1000, 1, 1.0),
    )
    unit = poll.next(None)
    assert unit is not None
    poll.stop(unit.function)
    assert poll.next(None) is None


@pytest.mark.parametrize(("kind", "mark"), [(np.int8, -128), (np.int16, -32768)])
def test_the_mark_of_a_row_nobody_was_asked_about_is_no_vote(kind: type, mark: int) -> None:
    assert unasked(np.empty(0, kind)) == mark
