"""A round: shares that hold at every card, nothing asked twice, and a sample that stays fair."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import UnknownNameError
from curation.review.evidence import Evidence
from curation.review.mixing import BY_KIND, mix, shares_of, turns
from curation.review.strategies import STRATEGIES
from curation.types import TaskKind
from tests.curation.review.gathered import LABELS, evidence

SHARES = st.dictionaries(
    st.sampled_from(["uncertain", "disagree", "random", "gold", "model", "diverse"]),
    st.integers(0, 20).map(float),
    min_size=1,
).filter(lambda shares: sum(shares.values()) > 0)


def voted(n: int, **more: object) -> Evidence:
    """Return rows on which two functions conflict."""
    return evidence(n, votes=[[0, 1, 0]] * n, **more)


@given(SHARES, st.integers(1, 400))
def test_after_any_number_of_cards_each_strategy_has_had_its_share(
    shares: dict[str, float], number: int
) -> None:
    total, given = sum(shares.values()), Counter[str]()
    for count, name in enumerate(islice(turns(shares), number), 1):
        given[name] += 1
        assert all(abs(given[n] - part / total * count) < 1 for n, part in shares.items())


def test_the_shares_of_every_task_are_of_strategies_and_a_fifth_is_random() -> None:
    for kind in TaskKind:
        assert set(BY_KIND[kind]) <= set(STRATEGIES)
        shares = shares_of(kind, {})
        assert sum(shares.values()) == pytest.approx(1)
        assert shares["random"] >= 0.2


def test_a_share_of_no_strategy_is_refused_with_a_near_name() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean random"):
        shares_of(TaskKind.CLASSIFY, {"randon": 1})


@given(
    st.integers(0, 40),
    SHARES,
    st.sets(st.integers(0, 39)),
    st.sets(st.integers(0, 39)),
    st.integers(1, 60),
    st.integers(0, 5),
)
def test_a_round_asks_nothing_twice_and_nothing_that_does_not_wait(
    n: int, shares: dict[str, float], done: set[int], known: set[int], size: int, seed: int
) -> None:
    some = voted(n, done=[i for i in done if i < n], known=[i for i in known if i < n], seed=seed)
    cards = mix(some, shares, size).cards
    ids = [card.example_id for card in cards]
    waiting = {f"e{row}" for row in np.flatnonzero(some.waiting)}
    assert len(set(ids)) == len(ids)
    assert set(ids) <= waiting
    assert len(ids) == min(size, len(waiting)), "what is left is asked too"
    assert cards == mix(some, shares, size).cards


def test_the_shares_hold_in_the_round_as_drawn() -> None:
    shares = {"uncertain": 0.5, "disagree": 0.3, "random": 0.2}
    cards = mix(voted(2_000), shares, 100).cards
    assert Counter(card.strategy for card in cards) == {
        "uncertain": 50,
        "disagree": 30,
        "random": 20,
    }
    first = Counter(card.strategy for card in cards[:20])
    assert first == {"uncertain": 10, "disagree": 6, "random": 4}


def test_a_strategy_without_evidence_gives_its_share_to_the_others_and_says_why() -> None:
    mixed = mix(voted(500), {"diverse": 0.5, "uncertain": 0.25, "random": 0.25}, 40)
    assert Counter(card.strategy for card in mixed.cards) == {"uncertain": 20, "random": 20}
    assert mixed.silent == {"diverse": "Nothing is embedded yet."}


def test_a_strategy_that_has_nothing_more_leaves_its_share_to_the_others() -> None:
    votes = [[0, 1]] * 5 + [[0, 0]] * 195
    mixed = mix(evidence(200, votes=votes), {"disagree": 0.5, "uncertain": 0.5}, 40)
    given = Counter(card.strategy for card in mixed.cards)
    assert given.total() == 40
    assert given["disagree"] <= 5


def test_near_duplicates_are_not_asked_twice_in_a_round() -> None:
    groups = ["same"] * 10 + [""] * 10
    ids = [card.example_id for card in mix(voted(20, groups=groups), {"random": 1}, 50).cards]
    assert len(ids) == 11
    assert sum(int(id_[1:]) < 10 for id_ in ids) == 1


def test_refused_suggestions_come_first_and_name_no_label() -> None:
    some = voted(30, refused=np.array([7, 3]))
    cards = mix(some, {"uncertain": 1}, 10).cards
    assert [(card.example_id, card.strategy) for card in cards[:2]] == [
        ("e7", "refused"),
        ("e3", "refused"),
    ]
    assert not any(label in cards[0].reason for label in LABELS)


# The random share


def random_of(some: Evidence, shares: dict[str, float], size: int) -> list[str]:
    return [c.example_id for c in mix(some, shares, size).cards if c.strategy == "random"]


@given(st.integers(0, 20))
def test_what_chance_chooses_does_not_depend_on_what_functions_say(seed: int) -> None:
    shares = {"uncertain": 0.5, "random": 0.5}
    one = evidence(300, votes=np.random.default_rng(seed).integers(-1, 3, (300, 3)), seed=seed)
    other = evidence(300, votes=[[0, 0, 0]] * 300, seed=seed)
    assert random_of(one, shares, 40) == random_of(other, shares, 40)


def test_the_random_sample_stays_fair_though_the_hard_ones_are_picked_out() -> None:
    # Half of the rows are hard. Were they picked out first, chance would find easy ones only.
    n = 1_000
    hard = np.arange(n) % 2 == 0
    votes = np.where(hard[:, None], [0, 1], [0, 0])
    done: list[int] = []
    drawn: list[int] = []
    for _ in range(12):
        cards = mix(
            evidence(n, votes=votes, done=done), {"uncertain": 0.8, "random": 0.2}, 50
        ).cards
        done += [int(card.example_id[1:]) for card in cards]
        drawn += [int(card.example_id[1:]) for card in cards if card.strategy == "random"]
    assert hard[[row for row in done if row not in drawn]].mean() > 0.8
    assert len(drawn) == 120
    assert 0.4 < hard[drawn].mean() < 0.6


def test_chance_keeps_its_share_after_it_chose_everything_alone() -> None:
    before = mix(evidence(500), {"uncertain": 0.8, "random": 0.2}, 100).cards
    done = [int(card.example_id[1:]) for card in before]
    after = mix(voted(500, done=done), {"uncertain": 0.8, "random": 0.2}, 100).cards
    assert Counter(card.strategy for card in after) == {"uncertain": 80, "random": 20}


def test_alone_chance_chooses_from_everything() -> None:
    assert len(random_of(evidence(50), {"uncertain": 0.8, "random": 0.2}, 50)) == 50


def test_without_a_random_share_nothing_is_drawn_at_random() -> None:
    cards = mix(voted(20), {"uncertain": 1.0, "random": 0.0}, 50).cards
    assert {card.strategy for card in cards} == {"uncertain"}
    bare = mix(evidence(5, known=[0]), {"uncertain": 1.0}, 50)
    assert [card.strategy for card in bare.cards] == ["rest"] * 5
    assert bare.cards[-1].reason == "It has a gold answer; a second look"
    assert bare.silent == {"uncertain": "No function votes yet."}
