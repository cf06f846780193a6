from __future__ import annotations

import numpy as np
import pytest

from curation.types import ABSTAIN, FunctionInfo, VoteMatrix
from labeling_functions import keywords
from labeling_functions.rows import Row
from labeling_functions.suggest import suggest

GOLD = [
    *((f"s{i}", f"please check out my channel {i}", "spam") for i in range(10)),
    *((f"h{i}", f"I love this song {i}, please", "ham") for i in range(10)),
    *((f"o{i}", f"who is singing {i}", "ham") for i in range(10)),
    ("rare", "zebra", "spam"),
]


def covering(*ids: str) -> VoteMatrix:
    every = tuple(example_id for example_id, _, _ in GOLD)
    votes = np.array(
        [[0 if example_id in ids else ABSTAIN] for example_id in every], dtype=np.int16
    )
    info = FunctionInfo(name="f", fingerprint="0", family="python", file="f", line=1, source="")
    return VoteMatrix(every, (info,), ("ham", "spam"), votes)


def test_words_that_single_out_a_label_are_proposed() -> None:
    found = suggest(GOLD)
    spam = next(suggestion for suggestion in found if suggestion.label == "spam")
    assert spam.words[0] in {"check", "check out", "out", "channel", "my", "out my"}
    assert (spam.precision.value, spam.precision.n, spam.covers) == (1.0, 10, 10)
    assert spam.lift == pytest.approx(31 / 11)
    assert spam.name.isidentifier()
    assert all((suggestion.precision.low or 0) >= 0.6 for suggestion in found)


def test_words_of_every_label_rare_words_and_repetitions_are_not() -> None:
    words = [suggestion.words[0] for suggestion in suggest(GOLD)]
    assert "please" not in words
    assert "zebra" not in words
    assert len(words) == 3


def test_a_proposal_covers_what_it_says_when_declared() -> None:
    for found in suggest(GOLD):
        rule = keywords(found.name, found.label, found.words)
        hits = [label for _, text, label in GOLD if rule(Row(text=text))]
        assert len(hits) == found.precision.n
        assert hits.count(found.label) / len(hits) == found.precision.value


def test_words_on_too_many_rows_are_left_out() -> None:
    assert suggest(GOLD, most_coverage=0.3) == []


def test_words_on_rows_nobody_votes_on_come_first() -> None:
    first = suggest(GOLD, covering(*(f"s{i}" for i in range(10)), *(f"h{i}" for i in range(9))))[0]
    assert first.covers == 10
    assert first.words[0] in {"who", "who is", "is", "is singing", "singing"}
    assert suggest(GOLD, covering(*(example_id for example_id, _, _ in GOLD)))[0].covers == 0


def test_a_phrase_does_not_cross_a_comma() -> None:
    gold = [(str(i), "open, close" if i < 8 else "hello", "a" if i < 8 else "b") for i in range(40)]
    assert "open close" not in {w for found in suggest(gold, limit=99) for w in found.words}


def test_no_gold_no_proposals() -> None:
    assert suggest([]) == []
