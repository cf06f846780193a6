from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.types import FunctionInfo, VoteMatrix
from labeling_functions.aggregation.aggregate import aggregate
from labeling_functions.analysis.leave_one_out import LeftOut, leave_one_out, paired_gain
from labeling_functions.analysis.tally import winners

LABELS = ("a", "b", "c")


def matrix_of(votes: list[list[int]], width: int) -> VoteMatrix:
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(width)
    )
    array = np.array(votes, dtype=np.int8).reshape(len(votes), width)
    return VoteMatrix(tuple(map(str, range(len(votes)))), functions, LABELS, array)


ROW = st.lists(st.sampled_from([-1, -1, 0, 1, 2, -2]), min_size=4, max_size=4)


@given(st.lists(ROW, min_size=1, max_size=15), st.lists(st.sampled_from(LABELS), max_size=15))
def test_leaving_one_out_is_what_running_without_it_shows(
    votes: list[list[int]], answers: list[str]
) -> None:
    matrix = matrix_of(votes, 4)
    gold = {str(row): answer for row, answer in enumerate(answers) if row < len(votes)}
    before = winners(aggregate(matrix))
    for column, left in enumerate(leave_one_out(matrix, gold)):
        fewer = replace(
            matrix,
            functions=tuple(f for f in matrix.functions if f.name != left.name),
            votes=np.delete(matrix.votes, column, axis=1),
        )
        after = winners(aggregate(fewer))
        covered = [(table.votes != -1).any(axis=1) for table in (matrix, fewer)]
        assert left.uncovered == int((covered[0] & ~covered[1]).sum())
        assert left.changed == int((before != after).sum())
        right = [
            sum(LABELS.index(label) == best[int(id_)] for id_, label in gold.items())
            for best in (before, after)
        ]
        assert (left.gain.value or 0) * left.gain.n == pytest.approx(right[0] - right[1])


def test_what_learns_from_gold_is_not_measured_on_what_it_learned() -> None:
    """A vote for b that says nothing: learned by heart it would explain the gold of every row."""
    rng = np.random.default_rng(0)
    votes = [[0, int(rng.integers(0, 3)), int(rng.integers(0, 3))] for _ in range(60)]
    gold = {str(row): LABELS[int(rng.integers(0, 3))] for row in range(60)}
    for left in leave_one_out(matrix_of(votes, 3), gold, "weighted"):
        assert left.gain.low is not None
        assert left.gain.low < 0.1


def test_a_function_can_help_hurt_or_leave_us_unsure() -> None:
    votes = [[0, -1, -1]] * 40 + [[-1, 1, -1]] * 40
    gold = {str(row): "a" for row in range(80)}
    helps, wrong, silent = leave_one_out(matrix_of(votes, 3), gold)
    assert (helps.uncovered, helps.changed, helps.verdict) == (40, 40, "helps")
    assert (wrong.gain.value, wrong.verdict) == (0.0, "cannot tell")
    assert (silent.uncovered, silent.changed) == (0, 0)
    (nothing,) = leave_one_out(matrix_of(votes, 3), {}, functions=["f0"])
    assert (nothing.gain.value, nothing.verdict) == (None, "cannot tell, no gold rows")


def test_a_gain_on_few_rows_cannot_be_told() -> None:
    few = paired_gain(np.array([True]), np.array([False]))
    assert LeftOut("f", 0, 1, few).verdict == "cannot tell"
    worse = paired_gain(np.zeros(50, dtype=bool), np.ones(50, dtype=bool))
    assert LeftOut("f", 0, 50, worse).verdict == "hurts"


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_interval_of_a_gain_holds_its_value(both: int, gained: int, lost: int) -> None:
    with_it = np.array([True] * (both + gained) + [False] * lost, dtype=bool)
    without = np.array([True] * both + [False] * gained + [True] * lost, dtype=bool)
    score = paired_gain(with_it, without)
    if score.value is not None and score.low is not None and score.high is not None:
        assert -1 <= score.low <= score.high <= 1
        assert score.low - 0.35 <= score.value <= score.high + 0.35
        assert (score.value == 0) <= (score.low <= 0 <= score.high)
