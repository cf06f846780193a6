from __future__ import annotations

import numpy as np

from curation.corpus import corpus_of
from curation.types import ABSTAIN, Example
from labeling_functions.suggesting.candidates import Candidate
from labeling_functions.suggesting.proposing import measure_proposals, prompts_for, read_proposals
from labeling_functions.suggesting.suggest import Aim, suggest
from labeling_functions.suggesting.suggestion import Ground

TEXTS = [f"money back {i}" for i in range(40)] + [f"hello there {i}" for i in range(40)]
GOLD = np.array([1] * 40 + [0] * 30 + [-1] * 10)


def ground() -> Ground:
    corpus = corpus_of([Example(id=f"id{n}", input=text) for n, text in enumerate(TEXTS)])
    return Ground(corpus, GOLD, np.full((80, 1), ABSTAIN, dtype=np.int8), ("chat", "refund", "x"))


def test_only_one_half_of_the_gold_is_shown() -> None:
    drawn = ground()
    asked = prompts_for(drawn)
    assert [label for label, _ in asked] == ["chat", "refund"]
    told = "".join(prompt for _, prompt in asked)
    for row, text in enumerate(TEXTS):
        assert f"- {text}\n" not in told or (drawn.half[row] == 0 and GOLD[row] >= 0)


def test_what_a_model_proposes_must_pass_the_gate() -> None:
    drawn = ground()
    proposed = [(1, Candidate("says a", "money back")), (0, Candidate("says b", "money")),
                (0, Candidate("says c", "nowhere")), (0, Candidate("says d", "hello"))]  # fmt: skip
    measured = measure_proposals(drawn, proposed)
    assert [one.phrase for one in measured.candidates] == ["money back", "hello"]
    aim = Aim("prompted", "why", drawn.uncovered)
    found = suggest(drawn, [aim], measured=measured, most_coverage=0.6)
    assert {(one.label, one.origin, len(one.rows)) for one in found} == {
        ("refund", "prompted", 40),
        ("chat", "prompted", 40),
    }
    assert all(one.precision.n < 40 for one in found)


def test_nothing_proposed_is_nothing_suggested() -> None:
    drawn = ground()
    aim = Aim("prompted", "why", drawn.uncovered)
    assert suggest(drawn, [aim], measured=measure_proposals(drawn, [])) == []


def test_a_reply_that_does_not_read_proposes_nothing() -> None:
    for reply in ("", "no", "[1, 2", '{"a": 1}', '["a b c d e f"]', "[[]]", '["\\u0000"]'):
        assert read_proposals(reply) == []
    assert [c.phrase for c in read_proposals('```json\n["Money  Back", "x"]\n```')] == [
        "money back",
        "x",
    ]
