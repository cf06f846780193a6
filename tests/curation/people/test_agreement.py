"""Agreement: the values of the libraries and of published examples, and intervals around them."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from curation.people import agreement as agreeing
from curation.people.agreement import agreement, same_preference, span_agreement
from curation.people.preferences import judgements
from curation.people.ratings import MISSING, Ratings
from curation.spans import write_spans
from curation.types import Annotation, Span

N = None
# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section D: four observers,
# twelve units, missing data; its nominal alpha is 0.743.
PUBLISHED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3),
    (N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N),
)
# The example of the library and of Wikipedia: three observers, fifteen units; 0.691.
WIKIPEDIA = (
    (N, N, N, N, N, 3, 4, 1, 2, 1, 1, 3, 3, N, 3),
    (1, N, 2, 1, 3, 3, 4, 3, N, N, N, N, N, N, N),
    (N, N, 2, 1, 3, 4, 4, N, 2, 1, 1, 3, 3, N, 4),
)


def ratings(*rows: tuple[int | None, ...]) -> Ratings:
    """Return a table of what each reviewer said; labels are numbers from 1."""
    codes = [[MISSING if value is None else value - 1 for value in row] for row in rows]
    top = max((value for row in rows for value in row if value), default=0)
    names = tuple("abcdefgh"[: len(rows)])
    return Ratings(names, tuple(map(str, range(1, top + 1))), np.array(codes, dtype=np.int16))


def library(rows: tuple[tuple[int | None, ...], ...]) -> float:
    data = np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=float)
    return float(krippendorff.alpha(data, level_of_measurement="nominal"))


@pytest.mark.parametrize(("rows", "published"), [(PUBLISHED, 0.743), (WIKIPEDIA, 0.691)])
def test_alpha_is_that_of_the_published_examples(
    rows: tuple[tuple[int | None, ...], ...], published: float
) -> None:
    found = agreement(ratings(*rows)).alpha
    assert found.value == pytest.approx(library(rows))
    assert found.value == pytest.approx(published, abs=5e-4)
    assert found.n == sum(
        sum(v is not None for v in column) > 1 for column in zip(*rows, strict=True)
    )
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


tables = st.integers(2, 4).flatmap(
    lambda people: st.lists(
        st.tuples(*[st.one_of(st.none(), st.integers(1, 3))] * people), min_size=1, max_size=30
    )
)


@given(tables)
def test_alpha_and_kappa_are_the_libraries_for_any_answers(
    columns: list[tuple[int | None, ...]],
) -> None:
    rows = tuple(zip(*columns, strict=True))
    found = agreement(ratings(*rows))
    shared = [[v for v in column if v] for column in columns]
    given_ = {v for column in shared if len(column) > 1 for v in column}
    if len(given_) < 2:
        assert found.alpha.value is None
        assert found.alpha.undefined
    else:
        assert found.alpha.value == pytest.approx(library(rows))
    for pair in found.pairs:
        first, second = ("abcdefgh".index(name) for name in pair.metric.split(" and "))
        both = [(c[first], c[second]) for c in columns if c[first] and c[second]]
        assert pair.n == len(both)
        if pair.value is None:
            assert len({label for answers in both for label in answers}) == 1
        else:
            assert pair.value == pytest.approx(cohen_kappa_score(*zip(*both, strict=True)))


@given(tables)
def test_our_formulas_of_totals_give_what_the_libraries_give(
    columns: list[tuple[int | None, ...]],
) -> None:
    """The intervals are made of them, and the value where the library would need too much."""
    table = ratings(*zip(*columns, strict=True))
    patched = pytest.MonkeyPatch()
    usual = agreement(table).alpha.value
    with patched.context() as patch:
        patch.setattr(agreeing, "LARGEST", 0)
        assert agreement(table).alpha.value == pytest.approx(usual)


def test_each_label_is_measured_against_all_others() -> None:
    by_label = {score.metric: score for score in agreement(ratings(*PUBLISHED)).labels}
    for label in (1, 2, 3, 4, 5):
        one = tuple(tuple(v and (1 if v == label else 2) for v in row) for row in PUBLISHED)
        assert by_label[str(label)].value == pytest.approx(library(one))
    assert by_label["5"].value == pytest.approx(1.0)  # whoever saw one knew it


def test_undefined_agreement_says_why() -> None:
    alone = agreement(ratings((1, 2, N), (N, N, 1))).alpha
    assert (alone.value, alone.n) == (None, 0)
    assert alone.undefined == "no two people answered the same example"
    alike = agreement(ratings((1, 1), (1, 1)))
    assert alike.alpha.undefined == "only one label was given"
    assert alike.pairs[0].undefined == "only one label was given"
    nobody = Ratings((), (), np.zeros((0, 0), dtype=np.int16))
    assert agreement(nobody).alpha.value is None


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 200 small projects, whose alpha is known, about 190 intervals hold it."""
    generator, held = np.random.default_rng(7), 0
    for _ in range(200):
        truth = generator.integers(0, 3, 150)
        right = generator.random((2, 150)) < 0.8
        said = np.where(right, truth, generator.integers(0, 3, (2, 150)))
        found = agreement(Ratings(("a", "b"), ("x", "y", "z"), said.astype(np.int16))).alpha
        held += found.low <= 0.64 <= found.high  # 0.8 x 0.8: both know, all else is chance
    assert 180 <= held <= 198


def test_the_same_answers_have_the_same_interval_and_another_seed_another() -> None:
    table = ratings(*WIKIPEDIA)
    assert agreement(table) == agreement(table)
    assert agreement(table).alpha.low != agreement(table, seed=99).alpha.low


def test_a_handful_of_examples_has_a_value_and_no_interval() -> None:
    few = agreement(ratings((1, 2, 1), (1, 2, 2))).alpha
    assert few.value is not None
    assert (few.low, few.high) == (None, None)


def said(reviewer: str, example: str, *spans: tuple[int, int, str]) -> Annotation:
    marked = tuple(Span(start=a, end=b, label=label) for a, b, label in spans)
    return Annotation(
        uid=f"{reviewer}{example}",
        example_id=example,
        answer=write_spans(marked),
        spans=marked,
        reviewer=reviewer,
    )


def test_a_label_that_hardly_anybody_gave_has_no_interval() -> None:
    """Resampling three examples would call next to nothing certain."""
    often, seldom = (1, 2) * 20, (3,) * 3
    found = agreement(ratings(often + seldom, (*often, 3, 1, 2)))
    by_label = {score.metric: score for score in found.labels}
    assert by_label["1"].low is not None
    assert by_label["3"].value is not None
    assert by_label["3"].low is None


def test_spans_agree_where_start_end_and_label_are_the_same() -> None:
    texts = {"e1": "at 8 for two people", "e2": "at 9"}
    answers = {
        "e1": (
            said("ann", "e1", (3, 4, "time"), (9, 12, "people")),
            said("bob", "e1", (3, 4, "time"), (9, 19, "people")),
            said("eva", "e1"),
        ),
        "e2": (said("ann", "e2", (3, 4, "time")), said("bob", "e2", (3, 4, "time"))),
    }
    scores = {s.metric: s for s in span_agreement(answers, texts, ("time", "people"))}
    assert scores["ann and bob"].value == pytest.approx(2 * 2 / 6)
    assert scores["ann and bob"].n == 2
    assert scores["ann and eva"].value == 0
    nothing = {"e1": (said("ann", "e1"), said("bob", "e1"))}
    (score,) = span_agreement(nothing, texts, ("time",))
    assert score.undefined == "neither marked anything"


def test_preferences_agree_where_two_people_chose_the_same_of_the_same_two() -> None:
    def prefer(who: str, better: str, other: str, uid: str = "", **more: str) -> Annotation:
        fields = {"action": "prefer", "mode": "compare", "example_id": "e", **more}
        uid = uid or f"{who}{better}{other}"
        return Annotation(uid=uid, reviewer=who, answer=better, rejected=other, **fields)

    record = [
        prefer("ann", "A", "B"),
        prefer("bob", "B", "A"),
        prefer("eva", "A", "B"),
        prefer("eva", "A", "C"),
        prefer("ann", "C", "A"),
        Annotation(uid="undone", example_id="e", reviewer="ann", action="undo"),
    ]
    assert same_preference(judgements(record)) == (1, 3)
    assert same_preference([]) == (0, 0)
