from __future__ import annotations

import numpy as np

from curation.types import FunctionInfo, VoteMatrix
from labeling_functions.analysis.pairs import pairs
from labeling_functions.analysis.redundancy import redundancies


def told(*columns: list[int]) -> list[tuple[str, str, str]]:
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(len(columns))
    )
    votes = np.array(columns, dtype=np.int8).T
    ids = tuple(map(str, range(len(votes))))
    found = redundancies(pairs(VoteMatrix(ids, functions, ("a", "b"), votes)))
    assert all(one.function in one.sentence and one.other in one.sentence for one in found)
    return [(one.kind, one.function, one.other) for one in found]


HALF = [0] * 50 + [-1] * 50


def test_functions_that_vote_alike_on_nearly_the_same_rows_are_duplicates() -> None:
    assert told(HALF, [0] * 47 + [-1] * 53) == [("duplicate", "f1", "f0")]
    assert told(HALF, [1] * 47 + [-1] * 53) == []


def test_a_function_whose_every_vote_another_casts_is_contained() -> None:
    assert told([0] * 20 + [-1] * 80, HALF) == [("contained", "f0", "f1")]
    assert told([0] * 19 + [1] + [-1] * 80, HALF) == []


def test_functions_that_agree_beyond_chance_are_correlated() -> None:
    assert told(HALF, [0] * 40 + [-1] * 55 + [0] * 5) == [("correlated", "f1", "f0")]


def test_independent_functions_and_few_rows_are_left_alone() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.choice([0, -1], 200).tolist() for _ in range(4)]
    assert told(*columns) == []
    assert told([0] * 9 + [-1] * 91, [0] * 9 + [-1] * 91) == []
