"""Slices that are there are found and named; on errors that fall at random there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from curation.types import DatasetRow, Message, Word
from evaluation.slicing.discover import discover
from evaluation.slicing.features import Feature, features
from evaluation.slicing.naming import distinguishing

WORDS = [
    "refund",
    "card",
    "cash",
    "parcel",
    "login",
    "late",
    "wrong",
    "broken",
    "new",
    "old",
    "today",
    "please",
]


def make_rows(n: int, seed: int = 0) -> list[DatasetRow]:
    generator = np.random.default_rng(seed)
    rows = []
    for at in range(n):
        text = " ".join(generator.choice(WORDS, int(generator.integers(3, 9))))
        rows.append(
            DatasetRow(
                id=f"v{at}",
                messages=(Message(role="user", content=text),),
                answer=str(generator.choice(["a", "b", "c"])),
                word=Word.GOLD,
                confidence=1,
                input=text,
                source=str(generator.choice(["one.csv", "two.csv"])),
                metadata={"channel": str(generator.choice(["mail", "chat"])), "stars": at % 97},
            )
        )
    return rows


def families(rows: list[DatasetRow]) -> list[str]:
    return [row.id for row in rows]


ROWS = make_rows(800)
FOUND = features(ROWS, least=20)
MASKS = {feature.name: feature.mask for feature in FOUND}


def test_features_say_what_rows_have_in_common() -> None:
    assert 'says "refund"' in MASKS
    assert {"label: a", "source: one.csv", "channel: mail", "6 to 15 words"} <= set(MASKS)
    assert sum(name.startswith("stars: ") for name in MASKS) == 4  # quarters, not 97 values
    for feature in FOUND:
        assert 20 <= feature.mask.sum() <= 780
    refund = MASKS['says "refund"']
    assert all(("refund" in row.input) == bool(has) for row, has in zip(ROWS, refund, strict=True))


def test_groups_that_are_alike_are_named_by_their_words() -> None:
    about = {word: np.eye(12)[at] for at, word in enumerate(WORDS)}
    vectors = np.array([about[row.input.split()[0]] for row in ROWS], dtype=np.float32)
    found = [f for f in features(ROWS, least=20, vectors=vectors) if f.about == "alike"]
    assert len(found) > 6
    first = {name: {ROWS[at].input.split()[0] for at in np.flatnonzero(mask)}
             for name, mask in ((f.name, f.mask) for f in found)}  # fmt: skip
    told = [name for name, words in first.items() if len(words) == 1 and min(words) in name]
    assert len(told) >= len(found) - 2


def test_on_random_errors_hardly_any_run_reports_a_slice() -> None:
    told = 0
    for seed in range(120):
        wrong = np.random.default_rng(seed).random(len(ROWS)) < 0.2
        told += bool(discover(wrong, FOUND, families(ROWS), seed=seed))
    assert told <= 11  # 5 % is 6


@pytest.mark.parametrize("name", ['says "refund"', "channel: mail", "label: b"])
def test_a_planted_slice_is_found_with_its_rate(name: str) -> None:
    generator = np.random.default_rng(7)
    wrong = generator.random(len(ROWS)) < np.where(MASKS[name], 0.5, 0.1)
    found = discover(wrong, FOUND, families(ROWS))
    assert found[0].name == name
    best = found[0]
    assert best.low < 0.5 < best.high
    assert best.elsewhere == pytest.approx(0.1, abs=0.06)
    assert best.n < len(best.rows) == MASKS[name].sum()
    assert 0.2 < best.explained < 1


def test_a_slice_of_two_things_is_found_where_neither_alone_says_it() -> None:
    generator = np.random.default_rng(3)
    both = MASKS['says "refund"'] & MASKS["channel: mail"]
    wrong = generator.random(len(ROWS)) < np.where(both, 0.8, 0.1)
    names = [one.name for one in discover(wrong, FOUND, families(ROWS))]
    assert names[0] in ('says "refund", channel: mail', 'channel: mail, says "refund"')


def test_families_do_not_bear_each_other_out() -> None:
    """Copies of a few rows are no evidence: they are all in one half."""
    base = make_rows(60, seed=9)
    rows = [row.model_copy(update={"id": f"{row.id}-{copy}"}) for row in base for copy in range(15)]
    told = 0
    for seed in range(40):
        wrong_base = np.random.default_rng(seed).random(60) < 0.25
        wrong = np.repeat(wrong_base, 15)
        found = features(rows, least=20)
        told += bool(discover(wrong, found, [row.id.split("-")[0] for row in rows], seed=seed))
    alone = 0
    for seed in range(40):
        wrong = np.repeat(np.random.default_rng(seed).random(60) < 0.25, 15)
        alone += bool(discover(wrong, features(rows, least=20), families(rows), seed=seed))
    assert told < alone


def test_slices_that_are_the_same_rows_are_told_once() -> None:
    mask = MASKS['says "refund"']
    twin = Feature("its twin", "other", mask.copy())
    wrong = np.random.default_rng(1).random(len(ROWS)) < np.where(mask, 0.6, 0.1)
    found = discover(wrong, [*FOUND, twin], families(ROWS))
    shared = [one for one in found if set(one.rows) & set(np.flatnonzero(mask))]
    assert len([one for one in shared if set(one.rows) == set(np.flatnonzero(mask))]) == 1


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_without_errors_or_without_right_answers_there_is_no_slice(rate: float) -> None:
    wrong = np.full(len(ROWS), bool(rate))
    assert discover(wrong, FOUND, families(ROWS)) == ()
    assert discover(wrong, (), families(ROWS)) == ()


def test_a_name_is_made_of_words_that_set_texts_apart() -> None:
    texts = [frozenset({"my", "card"}), frozenset({"the", "card"}), frozenset({"my", "cat"})]
    mask = np.array([True, True, False])
    named: Any = distinguishing(texts, mask, 1)
    assert named == ("card",)
