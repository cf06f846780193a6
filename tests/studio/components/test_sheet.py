from __future__ import annotations

from studio.components.sheet import LONGEST_BATCH, accepted

EVENT = {"uid": "u", "id": "e", "action": "answer", "answer": "card", "shown": "card"}


def test_what_the_browser_made_up_is_passed_over_or_loses_its_batch() -> None:
    good = EVENT | {"batch": "bulk-1", "mode": "bulk", "drawn": "bulk", "seconds": 0.5}
    found = accepted([good, {"nonce": "1"}, EVENT | {"uid": ""}, "text", None])
    assert [(one.decision.uid, one.decision.mode, one.batch) for one in found] == [
        ("u", "bulk", "bulk-1")
    ]
    for batch in (None, 7, "another's", "bulk-" + "x" * LONGEST_BATCH):
        assert [one.batch for one in accepted([EVENT | {"batch": batch}])] == [""]
    assert accepted({"not": "a list"}) == []


def test_a_row_left_out_refuses_what_was_proposed_and_an_undo_says_no_answer() -> None:
    refused = EVENT | {"action": "refuse", "batch": "bulk-1"}
    undone = {"uid": "v", "id": "e", "action": "undo", "answer": None, "batch": "bulk-1"}
    first, second = accepted([refused, undone])
    assert (first.decision.action, first.decision.answer) == ("refuse", "card")
    assert (second.decision.action, second.decision.answer) == ("undo", None)
