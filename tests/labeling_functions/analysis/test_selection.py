from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import FunctionError
from curation.types import Fault, FunctionInfo, VoteMatrix
from labeling_functions.aggregation.aggregate import aggregate
from labeling_functions.analysis.buckets import buckets
from labeling_functions.analysis.pairs import pairs
from labeling_functions.analysis.report import report, summary
from labeling_functions.analysis.selection import OTHER, Selection, What, rows_of

LABELS = ("card", "cash", "refund")
WIDTH = 4

Gold = dict[str, str]


def matrix_of(votes: list[list[int]]) -> VoteMatrix:
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(WIDTH)
    )
    ids = tuple(f"x{row}" for row in range(len(votes)))
    faults = (Fault(function="f1", example_id="x0", error="E"),) if votes else ()
    array = np.array(votes, dtype=np.int8).reshape(len(votes), WIDTH)
    return VoteMatrix(ids, functions, LABELS, array, faults)


@st.composite
def voted(draw: st.DrawFn) -> tuple[VoteMatrix, Gold]:
    """Votes for and against labels, and gold on some rows, some of it no label of the task."""
    row = st.lists(st.sampled_from([-1, -1, 0, 1, 2, -2, -3, -4]), min_size=WIDTH, max_size=WIDTH)
    votes = draw(st.lists(row, max_size=12))
    ids = [f"x{i}" for i in range(len(votes) + 1)]
    gold = draw(st.dictionaries(st.sampled_from(ids), st.sampled_from([*LABELS, "eggs"])))
    return matrix_of(votes), gold


@given(voted())
def test_every_count_of_a_report_is_the_number_of_rows_it_opens(
    made: tuple[VoteMatrix, Gold],
) -> None:
    matrix, gold = made
    for one in report(matrix, gold):

        def opened(what: What, name: str = one.name, **more: object) -> int:
            chosen = Selection.model_validate({"what": what, "function": name, **more})
            return len(rows_of(matrix, chosen, gold))

        correct = sum(kind.correct for kind in one.classes)
        assert (one.covered, one.overlapping, one.conflicting) == (
            opened("covered"),
            opened("overlap"),
            opened("conflict"),
        )
        assert opened("uncovered") == one.n - one.covered
        assert opened("agree") == one.overlapping - one.conflicting
        assert opened("correct") == correct
        assert opened("incorrect") == one.precision.n - correct
        assert opened("missed") == one.recall.n - correct
        assert opened("faults") == one.faults
        for kind in one.classes:
            said = {"label": kind.label, "against": kind.against}
            assert opened("covered", **said) == kind.votes
            assert opened("correct", **said) == kind.correct
            assert opened("missed", **said) == kind.due - kind.correct
            by_gold = [opened("covered", gold=label, **said) for label in (*LABELS, OTHER)]
            assert by_gold == list(kind.gold)


@given(voted())
def test_every_count_of_a_summary_is_the_number_of_rows_it_opens(
    made: tuple[VoteMatrix, Gold],
) -> None:
    matrix, gold = made
    probable = aggregate(matrix)
    whole = summary(matrix, probable, gold)

    def opened(what: What) -> int:
        return len(rows_of(matrix, Selection(what=what), gold, probable))

    shares = [opened(what) / max(1, whole.n) for what in ("covered", "overlap", "conflict", "tied")]
    assert shares == [whole.coverage, whole.overlap, whole.conflict, whole.tied]
    right = round((whole.accuracy_all.value or 0) * whole.accuracy_all.n)
    assert opened("correct") == right
    assert opened("missed") == whole.accuracy_all.n - right
    assert opened("covered") + opened("uncovered") == opened("all") == whole.n


@given(voted())
def test_every_cell_of_the_pair_matrix_is_the_number_of_rows_it_opens(
    made: tuple[VoteMatrix, Gold],
) -> None:
    matrix, _ = made
    table = pairs(matrix)
    for i, first in enumerate(table.names):
        for j, second in enumerate(table.names):
            cells = {"overlap": table.overlap, "agree": table.agree, "conflict": table.conflict}
            for what, counts in cells.items():
                chosen = table.selection(what, first, second)  # type: ignore[arg-type]
                assert len(rows_of(matrix, chosen)) == counts[i, j]


@given(voted())
def test_the_buckets_are_all_rows_in_conflict_each_once(made: tuple[VoteMatrix, Gold]) -> None:
    matrix, gold = made
    found = buckets(matrix, gold)
    opened = [rows_of(matrix, bucket.selection, gold).tolist() for bucket in found]
    assert [len(rows) for rows in opened] == [bucket.n for bucket in found]
    assert [bucket.n for bucket in found] == sorted((b.n for b in found), reverse=True)
    together = rows_of(matrix, Selection(what="conflict")).tolist()
    assert sorted(row for rows in opened for row in rows) == together
    for bucket, rows in zip(found, opened, strict=True):
        assert list(bucket.example_ids) == [f"x{row}" for row in rows[:5]]
        for label, n in bucket.gold:
            chosen = bucket.selection.model_copy(update={"gold": label})
            assert len(rows_of(matrix, chosen, gold)) == n
        for name, n in bucket.functions:
            voting = rows_of(matrix, Selection(function=name)).tolist()
            assert len(set(voting) & set(rows)) == n


@given(voted())
def test_rows_are_those_that_plain_python_finds(made: tuple[VoteMatrix, Gold]) -> None:
    matrix, gold = made
    table = matrix.votes.tolist()

    def clash(one: int, other: int) -> bool:
        both = one >= 0 and other >= 0 and one != other
        return both or (one != -1 and other == -2 - one)

    def check(chosen: Selection, test: Callable[[int, list[int]], bool]) -> None:
        expected = [row for row, votes in enumerate(table) if test(row, votes)]
        assert rows_of(matrix, chosen, gold).tolist() == expected

    check(Selection(what="conflict"), lambda _, v: any(clash(a, b) for a in v for b in v))
    check(
        Selection(what="conflict", function="f0"), lambda _, v: any(clash(v[0], b) for b in v[1:])
    )
    check(
        Selection(what="incorrect", function="f1", label="card", against=True),
        lambda row, v: v[1] == -2 and gold.get(f"x{row}") == "card",
    )
    check(Selection(functions=("f0", "f2")), lambda _, v: [x != -1 for x in v] == [True, False] * 2)


def test_a_name_nobody_has_is_answered_with_those_there_are() -> None:
    matrix = matrix_of([[0, -1, -1, -1]])
    with pytest.raises(FunctionError, match="f7") as caught:
        rows_of(matrix, Selection(function="f7"))
    assert "f0, f1, f2, f3" in caught.value.remedy
    with pytest.raises(FunctionError, match="eggs"):
        rows_of(matrix, Selection(function="f0", label="eggs"))
    with pytest.raises(FunctionError, match="tie"):
        rows_of(matrix, Selection(what="tied", function="f0"))
