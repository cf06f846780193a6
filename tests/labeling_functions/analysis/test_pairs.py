from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.types import FunctionInfo, VoteMatrix
from labeling_functions.analysis.pairs import pairs


def matrix_of(votes: list[list[int]], width: int = 3) -> VoteMatrix:
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(width)
    )
    array = np.array(votes, dtype=np.int8).reshape(len(votes), width)
    return VoteMatrix(tuple(map(str, range(len(votes)))), functions, ("a", "b"), array)


ROW = st.lists(st.sampled_from([-1, 0, 1, -2, -3]), min_size=3, max_size=3)


@given(st.lists(ROW, min_size=1, max_size=20))
def test_kappa_is_scikit_learns_with_abstaining_as_an_answer(votes: list[list[int]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    table = pairs(matrix_of(votes))
    for i in range(3):
        for j in range(3):
            first, second = (np.array([row[place] for row in votes]) for place in (i, j))
            if len({*first, *second}) > 1:
                theirs = cohen_kappa_score(first, second)
                assert table.kappa[i, j] == pytest.approx(theirs)
            else:
                assert np.isnan(table.kappa[i, j])


def test_a_vote_for_one_label_beside_one_against_another_is_neither() -> None:
    table = pairs(matrix_of([[0, -3, -2], [-1, 0, 0]]))
    assert table.overlap.tolist() == [[1, 1, 1], [1, 2, 2], [1, 2, 2]]
    assert (table.agree[0, 1], table.conflict[0, 1]) == (0, 0)
    assert (table.agree[0, 2], table.conflict[0, 2]) == (0, 1)
    assert (table.agree[1, 2], table.conflict[1, 2]) == (1, 0)


def test_no_rows_no_numbers() -> None:
    table = pairs(matrix_of([]))
    assert (table.n, table.overlap.sum()) == (0, 0)
