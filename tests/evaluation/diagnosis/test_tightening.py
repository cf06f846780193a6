"""A word that tells wrong votes from right ones is found on one half and measured on the other."""

from __future__ import annotations

import numpy as np

from evaluation.diagnosis.tightening import meant_for, tighten


def test_the_word_on_the_wrong_rows_is_found_and_measured_elsewhere() -> None:
    texts = [f"refund me number {at}" for at in range(40)]
    texts += [f"refund not needed {at}" for at in range(30)]
    right = np.arange(70) < 40
    found = tighten(texts, right)
    assert found is not None
    assert found.word in ("not", "needed")
    assert (found.right, found.n) == (found.n, found.n)
    assert 0.3 < found.before < 0.8


def test_no_word_is_made_up_where_none_tells() -> None:
    generator, told = np.random.default_rng(5), 0
    for _ in range(40):
        texts = [" ".join(generator.choice(list("abcdefghij"), 4)) for _ in range(40)]
        found = tighten(texts, generator.random(40) < 0.5)
        told += found is not None
    assert told < 12


def test_few_rows_and_plain_cases_have_no_word() -> None:
    assert tighten(["a", "b"], np.array([True, False])) is None
    assert tighten(["a"] * 40, np.ones(40, dtype=bool)) is None
    assert tighten(["a"] * 40, np.zeros(40, dtype=bool)) is None


def test_a_label_is_meant_where_most_rows_have_it() -> None:
    assert meant_for([3] * 8 + [1]) == 3
    assert meant_for([3] * 5 + [1] * 4) is None
    assert meant_for([]) is None
