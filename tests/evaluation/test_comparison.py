"""Two runs on the same rows: compared in pairs, judged by what matters, corrected for several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from curation.exceptions import EvaluationError
from curation.types import Difference, TaskKind
from evaluation.comparison import compare, compare_with_all, in_words, judge_all
from evaluation.metrics import METRICS
from evaluation.sheet import AnswerSheet, pair

Make = Callable[..., Any]


@pytest.fixture
def make_pair(make_sheet: Make) -> Make:
    def make(only_this: int, only_other: int, both: int, neither: int) -> Any:
        n = only_this + only_other + both + neither
        this = ["card"] * only_this + ["cash"] * only_other + ["card"] * both + ["cash"] * neither
        other = ["cash"] * only_this + ["card"] * only_other + ["card"] * both + ["cash"] * neither
        return make_sheet(["card"] * n, this), make_sheet(["card"] * n, other)

    return make


def judged(this: AnswerSheet, other: AnswerSheet, name: str, margin: float = 0.0) -> Difference:
    metric = METRICS["hallucination_rate" if name == "hallucination_rate" else name]()
    return judge_all([compare(this, other, metric, name, against="base model", margin=margin)])[0]


@pytest.mark.parametrize(
    ("only_this", "only_other", "margin", "verdict"),
    [
        (30, 8, 0.02, "better"),
        (8, 30, 0.02, "worse"),
        (12, 10, 0.02, "cannot tell"),
        (12, 10, 0.1, "equivalent"),
        (0, 0, 0.02, "equivalent"),
        (0, 0, 0.0, "cannot tell"),
    ],
)
def test_the_verdict_follows_the_discordant_rows_and_the_margin(
    only_this: int, only_other: int, margin: float, verdict: str, make_pair: Make
) -> None:
    found = judged(*make_pair(only_this, only_other, 150, 20), "accuracy", margin)
    n = only_this + only_other + 170
    assert (found.only_this, found.only_other, found.n) == (only_this, only_other, n)
    assert found.value == pytest.approx((only_this - only_other) / n)
    assert found.low <= found.value <= found.high
    assert found.verdict == verdict


def test_less_is_more_where_a_rate_is_of_something_bad(make_sheet: Make) -> None:
    clean = make_sheet(["card"] * 60, ["card"] * 60)
    wild = make_sheet(["card"] * 60, ["no label at all"] * 30 + ["card"] * 30)
    found = judged(clean, wild, "malformed")
    assert found.verdict == "better"
    assert found.value == pytest.approx(0.5)
    assert (found.only_this, found.only_other) == (30, 0)


def test_a_macro_score_is_compared_by_shuffling(make_pair: Make) -> None:
    found = judged(*make_pair(40, 5, 60, 15), "macro_f1")
    assert found.verdict == "better"
    assert found.only_this is None
    assert "randomization" in found.method


def test_rows_of_one_conversation_are_not_counted_as_many(make_pair: Make) -> None:
    this, other = make_pair(9, 0, 31, 0)
    alone = judged(this, other, "accuracy")
    sheets = [in_talks(sheet, [f"talk {at // 10}" for at in range(40)]) for sheet in (this, other)]
    together = judged(*sheets, "accuracy")
    assert alone.verdict == "better"
    assert together.value == pytest.approx(alone.value)
    assert together.verdict == "cannot tell"


def in_talks(sheet: AnswerSheet, groups: Sequence[str]) -> AnswerSheet:
    rows = [row.model_copy(update={"group": g}) for row, g in zip(sheet.rows, groups, strict=True)]
    return pair(sheet.task, rows, sheet.predictions)


def test_families_of_one_are_independent(make_sheet: Make) -> None:
    sheet = make_sheet(["card", "cash"], ["card", "cash"])
    assert sheet.groups is None
    assert in_talks(sheet, ["a", "a"]).groups == ["a", "a"]


def test_what_could_have_been_seen_is_told(make_pair: Make) -> None:
    found = judged(*make_pair(63, 62, 400, 101), "accuracy", 0.01)
    assert found.n == 626
    assert found.detectable == pytest.approx(0.05, abs=0.001)
    assert "would show a difference of 0.050" in in_words(found)
    assert in_words(found).startswith("Cannot tell from base model: accuracy +0.002")


def test_several_comparisons_are_corrected_together(make_pair: Make) -> None:
    this, other = make_pair(20, 8, 100, 20)
    alone = judged(this, other, "accuracy")
    many = compare_with_all(
        this, {f"run {at}": other for at in range(5)}, METRICS["accuracy"](), "accuracy", 0.0
    )
    assert alone.verdict == "better"
    assert {found.verdict for found in many} == {"cannot tell"}
    assert many[0].adjusted == pytest.approx(5 * many[0].p_value)


def test_what_has_no_value_cannot_be_compared(make_sheet: Make) -> None:
    mute = make_sheet(["card"] * 12, ["card"] * 12, reference_nll=None)
    found = judged(mute, mute, "perplexity")
    assert found.value is None
    assert "carry no likelihood (this run)" in found.undefined
    assert in_words(found).startswith("Cannot tell from base model: undefined because")


def test_other_rows_are_refused(make_sheet: Make) -> None:
    metric = METRICS["accuracy"]()
    with pytest.raises(EvaluationError, match="same rows"):
        compare(
            make_sheet(["card"], ["card"]),
            make_sheet(["card"] * 2, ["card"] * 2),
            metric,
            "accuracy",
            against="x",
        )


def test_texts_are_compared_too(make_sheet: Make) -> None:
    gold = [f"the parcel number {at} was sent on monday" for at in range(30)]
    good = make_sheet(gold, gold, kind=TaskKind.GENERATE)
    bad = make_sheet(gold, ["something else entirely"] * 30, kind=TaskKind.GENERATE)
    found = judge_all([compare(good, bad, METRICS["rouge"](), "rougeL", against="lead")])[0]
    assert found.verdict == "better"
    assert found.value > 0.8
