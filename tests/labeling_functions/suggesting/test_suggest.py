from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.corpus import Corpus, corpus_of
from curation.statistics import wilson
from curation.types import ABSTAIN, Example
from labeling_functions.conditions import condition_from
from labeling_functions.rows import Row
from labeling_functions.suggesting.measured import lower, measure_candidates
from labeling_functions.suggesting.suggest import Aim, suggest
from labeling_functions.suggesting.suggestion import Ground

LABELS = ("ham", "spam")
TEXTS = [
    *((f"please check out my channel {i}", 1) for i in range(30)),
    *((f"I love this song {i}, please", 0) for i in range(30)),
    *((f"who is singing {i}", 0) for i in range(30)),
    ("zebra", 1),
]


def corpus(*texts: str) -> Corpus:
    return corpus_of([Example(id=f"id{n}", input=text) for n, text in enumerate(texts)])


def ground(rows: list[tuple[str, int]] = TEXTS, votes: list[int] | None = None) -> Ground:
    column = np.array(votes or [ABSTAIN] * len(rows), dtype=np.int8)
    gold = np.array([label for _, label in rows], dtype=np.intp)
    return Ground(corpus(*(text for text, _ in rows)), gold, column[:, None], LABELS)


def says(found: list[object]) -> str:
    return " ".join(one.says for one in found)  # type: ignore[attr-defined]


def test_phrases_that_single_out_a_label_are_proposed() -> None:
    found = suggest(ground())
    spam = [one for one in found if one.label == "spam"]
    assert len(spam) == 1
    assert spam[0].says in {'says "check"', 'says "out"', 'says "my"', 'says "channel"'}
    assert (spam[0].precision.value, len(spam[0].rows), spam[0].covers) == (1.0, 30, 30)
    assert spam[0].name.isidentifier()
    assert len(found) == 3
    assert "zebra" not in says(found)


def test_precision_is_of_the_half_that_did_not_find_it() -> None:
    drawn = ground()
    for one in suggest(drawn):
        sides = [int((drawn.half[one.rows] == side).sum()) for side in (0, 1)]
        assert one.precision.n in sides
        assert one.precision.n < len(one.rows)


def test_a_proposal_votes_where_it_says_when_declared() -> None:
    drawn = ground()
    for one in suggest(drawn):
        condition = condition_from(one.when)
        texts = drawn.corpus.texts.to_list()
        assert [n for n, text in enumerate(texts) if condition.holds(Row(text=text))] == list(
            one.rows
        )
        code = one.code()
        assert code.startswith(f"{one.name} = ")
        assert f'"{one.label}"' in code


def test_chance_alone_proposes_nothing() -> None:
    """A thousand words that mean nothing: some are right on one half, by luck, and not on both."""
    rng = np.random.default_rng(0)
    rows = [
        (" ".join(f"w{rng.integers(300)}" for _ in range(12)), int(rng.integers(2)))
        for _ in range(600)
    ]
    assert len(suggest(ground(rows), least_precision=0.6)) <= 1


def test_what_is_on_too_many_rows_or_not_precise_enough_is_left_out() -> None:
    assert suggest(ground(), most_coverage=0.3) == []
    assert suggest(ground(), least_precision=0.95) == []


def test_rows_that_have_a_vote_are_not_worth_another() -> None:
    voted = [0 if label == 0 else ABSTAIN for _, label in TEXTS]
    assert {one.label for one in suggest(ground(votes=voted))} == {"spam"}
    assert suggest(ground(votes=[0] * len(TEXTS))) == []


def test_an_aim_has_its_own_rows_and_labels() -> None:
    aim = Aim("conflict", "why", np.array([label == 0 for _, label in TEXTS]), labels=(0,), most=1)
    (one,) = suggest(ground(votes=[1] * len(TEXTS)), [aim])
    assert (one.label, one.origin, one.why, one.covers) == ("ham", "conflict", "why", 30)


def test_a_dismissed_suggestion_does_not_come_back() -> None:
    first = suggest(ground())
    again = suggest(ground(), dismissed={one.key for one in first})
    assert {one.key for one in first}.isdisjoint(one.key for one in again)


def test_codes_questions_prefixes_and_gaps_are_found() -> None:
    rows = [
        *((f"where is order #{100000 + i}", 0) for i in range(40)),
        *((f"it is lovely {['refund', 'refunds', 'refunded'][i % 3]}", 1) for i in range(40)),
        *((f"hello how {['do', 'are', 'will'][i % 3]} you", 1) for i in range(40)),
        *((f"something else number {i}", 0) for i in range(40)),
    ]
    found = {c.says: c.condition for c in measure_candidates(ground(rows)).candidates}
    assert any('"refund' in one and "…" in one for one in found)
    assert any("how … you" in one for one in found)
    (code,) = [condition for one, condition in found.items() if "code like #" in one]
    assert code.holds(Row(text="see #654321"))
    assert not code.holds(Row(text="see #65432"))


def test_a_phrase_does_not_cross_a_comma() -> None:
    rows = [("open, close" if i < 40 else f"hello {i}", int(i < 40)) for i in range(90)]
    assert "open close" not in says(list(measure_candidates(ground(rows)).candidates))


@pytest.mark.parametrize("rows", [[], [("hello", 0)], [("", 0), ("…", 1)]])
def test_little_or_no_gold_is_no_proposal(rows: list[tuple[str, int]]) -> None:
    assert suggest(ground(rows)) == []


@given(st.lists(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))))
def test_lower_ends_are_wilsons(pairs: list[tuple[int, int]]) -> None:
    right, n = (np.array([pair[place] for pair in pairs], dtype=np.intp) for place in (0, 1))
    assert lower(right, n) == pytest.approx([wilson(*pair)[0] for pair in pairs])
