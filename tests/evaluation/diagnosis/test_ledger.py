"""What an action brought is judged on its own rows, and chance is not called success."""

from __future__ import annotations

import numpy as np
import pytest

from curation.types import Hypothesis
from evaluation.diagnosis.ledger import judge


def hypothesis(n: int, errors: int, expected: float = 0.1) -> Hypothesis:
    ids = tuple(f"v{at}" for at in range(n))
    return Hypothesis(run="otter", slice="cash", example_ids=ids, errors=errors, expected=expected)


def right(n: int, errors: int) -> dict[str, bool]:
    return {f"v{at}": at >= errors for at in range(n)}


@pytest.mark.parametrize(
    ("n", "before", "after", "outcome"),
    [
        (100, 40, 10, "worked"),
        (100, 40, 60, "did not"),
        (100, 40, 40, "did not"),
        (100, 40, 37, "did not"),
        (12, 5, 4, "cannot tell"),
        (40, 14, 10, "cannot tell"),
    ],
)
def test_the_outcome_follows_the_rows_that_changed(
    n: int, before: int, after: int, outcome: str
) -> None:
    (trial,) = judge([hypothesis(n, before)], [right(n, before)], right(n, after))
    assert trial.outcome == outcome
    assert trial.n == n
    assert (trial.before, trial.after) == pytest.approx((before / n, after / n))
    assert f"{before / n:.0%} errors to fall to 10%" in trial.sentence


def test_rows_that_left_validation_do_not_count() -> None:
    after = dict.fromkeys(list(right(50, 20))[:30], True)
    (trial,) = judge([hypothesis(50, 20)], [right(50, 20)], after)
    assert trial.n == 30
    (none,) = judge([hypothesis(50, 20)], [right(50, 20)], {"elsewhere": True})
    assert none.outcome == "cannot tell"
    assert "none of these rows" in none.sentence


def test_several_actions_are_corrected_together() -> None:
    one, many = hypothesis(60, 16, 0.05), 8
    (alone,) = judge([one], [right(60, 16)], right(60, 9))
    together = judge([one] * many, [right(60, 16)] * many, right(60, 9))
    assert alone.outcome == "worked"
    assert {trial.outcome for trial in together} == {"cannot tell"}


def test_chance_is_not_called_success() -> None:
    generator, called = np.random.default_rng(4), 0
    for _ in range(400):
        ids = [f"v{at}" for at in range(80)]
        before = dict(zip(ids, generator.random(80) < 0.7, strict=True))
        after = dict(zip(ids, generator.random(80) < 0.7, strict=True))
        errors = sum(not good for good in before.values())
        (trial,) = judge([hypothesis(80, errors)], [before], after)
        called += trial.outcome == "worked"
    assert called <= 20  # 10 expected: one side of 5 %
