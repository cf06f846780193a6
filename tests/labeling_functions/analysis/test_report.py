from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from curation.statistics import wilson
from curation.types import Fault, FunctionInfo, VoteMatrix
from labeling_functions.aggregation.aggregate import aggregate
from labeling_functions.analysis.report import report, summary

VOTES = [[0, 0, -1], [0, 1, -1], [-1, 1, 1], [-1, -1, -1], [1, -1, -1], [0, 0, 1]]
GOLD = {"0": "ham", "1": "ham", "2": "spam", "3": "spam", "4": "ham", "9": "spam"}


def matrix(votes: list[list[int]], labels: tuple[str, ...] = ("ham", "spam")) -> VoteMatrix:
    array = np.array(votes, dtype=np.int16).reshape(len(votes), len(votes[0]) if votes else 0)
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(array.shape[1])
    )
    fault = Fault(function="f1", example_id="3", error="ValueError")
    return VoteMatrix(tuple(map(str, range(len(votes)))), functions, labels, array, (fault,))


def test_a_report_says_what_a_function_is_worth() -> None:
    first, second, third = report(matrix(VOTES), GOLD)
    assert (first.name, first.key, first.polarity, first.n) == ("f0", "f0@0", ("ham", "spam"), 6)
    assert (first.coverage, first.overlap, first.conflict) == (4 / 6, 3 / 6, 2 / 6)
    assert (first.precision.value, first.precision.n) == (2 / 3, 3)
    assert (second.precision.value, second.faults) == (2 / 3, 1)
    assert (third.polarity, third.precision.value, third.precision.n) == (("spam",), 1.0, 1)


def test_precision_without_gold_votes_has_a_reason_and_no_number() -> None:
    score = report(matrix([[0], [-1]]), {"1": "ham"})[0].precision
    assert (score.value, score.low, score.n) == (None, None, 0)
    assert score.undefined == "it votes on no gold row"


def test_gold_of_a_label_the_task_does_not_have_is_never_right() -> None:
    score = report(matrix([[0]]), {"0": "eggs"})[0].precision
    assert (score.value, score.n) == (0.0, 1)


# Snorkel calls scipy.sparse.diags without a dtype.
@pytest.mark.filterwarnings("ignore:Input has data type int64:FutureWarning")
@given(
    st.lists(st.lists(st.integers(-1, 2), min_size=4, max_size=4), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_numbers_are_those_of_snorkels_analysis(votes: list[list[int]], random: object) -> None:
    from snorkel.labeling import LFAnalysis

    ours = matrix(votes, ("a", "b", "c"))
    gold = [random.randrange(3) for _ in votes]  # type: ignore[attr-defined]
    theirs = LFAnalysis(np.array(votes))
    reports = report(ours, {str(row): "abc"[label] for row, label in enumerate(gold)})
    assert [r.coverage for r in reports] == theirs.lf_coverages().tolist()
    assert [r.overlap for r in reports] == theirs.lf_overlaps().tolist()
    assert [r.conflict for r in reports] == theirs.lf_conflicts().tolist()
    assert [["abc".index(p) for p in r.polarity] for r in reports] == theirs.lf_polarities()
    empirical = theirs.lf_empirical_accuracies(np.array(gold))
    ours_too = [r.precision.value or 0.0 for r in reports]
    assert ours_too == pytest.approx(np.nan_to_num(empirical).tolist())
    whole = summary(ours, aggregate(ours), {})
    assert (whole.coverage, whole.overlap, whole.conflict) == (
        theirs.label_coverage(),
        theirs.label_overlap(),
        theirs.label_conflict(),
    )


def test_a_summary_keeps_coverage_ties_and_accuracy_apart() -> None:
    votes = matrix(VOTES)
    whole = summary(votes, aggregate(votes), GOLD)
    assert (whole.coverage, whole.tied, whole.n) == (5 / 6, 1 / 6, 6)
    assert (whole.accuracy_covered.value, whole.accuracy_covered.n) == (2 / 4, 4)
    assert (whole.accuracy_all.value, whole.accuracy_all.n) == (2 / 5, 5)


def test_a_summary_without_gold_or_rows_has_reasons() -> None:
    for votes in ([], [[-1, -1]]):
        whole = summary(matrix(votes), aggregate(matrix(votes)), {"0": "ham"} if votes else {})
        assert whole.coverage == 0
        assert whole.accuracy_covered.undefined == "no gold row covered"
    assert whole.accuracy_all.value == 0


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(pair: tuple[int, int]) -> None:
    right, n = pair
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right, n) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
