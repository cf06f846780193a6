from __future__ import annotations

from pathlib import Path

from labeling_functions.replies import Replies

RULE = {"model": "tiny", "prompt": "Spam? {text}", "answers": {}}


def test_what_was_replied_is_kept_by_prompt(tmp_path: Path) -> None:
    replies = Replies(tmp_path, RULE, "here tiny")
    assert replies.get(["a", "b"]) == [None, None]
    before = replies.stamp()
    replies.add("a", 'yes\n"ünd\ud800"')
    assert replies.get(["b", "a"]) == [None, 'yes\n"ünd\ud800"']
    assert replies.stamp() != before
    assert Replies(tmp_path, RULE, "here tiny").get(["a"]) == ['yes\n"ünd\ud800"']


def test_the_labels_may_change_the_question_may_not(tmp_path: Path) -> None:
    Replies(tmp_path, RULE, "x").add("a", "yes")
    assert Replies(tmp_path, {**RULE, "answers": {"yes": None}}, "x").get(["a"]) == ["yes"]
    assert Replies(tmp_path, {**RULE, "prompt": "{text}?"}, "x").get(["a"]) == [None]
    assert Replies(tmp_path, {**RULE, "model": "big"}, "x").get(["a"]) == [None]


def test_who_replied_counts_and_without_an_address_who_was_asked_last(tmp_path: Path) -> None:
    Replies(tmp_path, RULE, "one").add("a", "yes")
    Replies(tmp_path, RULE, "other").add("a", "no")
    assert Replies(tmp_path, RULE, "one").get(["a"]) == ["yes"]
    assert Replies(tmp_path, RULE, "third").get(["a"]) == [None]
    assert Replies(tmp_path, RULE).get(["a"]) == ["no"]
    assert Replies(tmp_path, RULE).stamp() == Replies(tmp_path, RULE, "other").stamp()
    Replies(tmp_path, RULE, "one").add("b", "yes")
    assert Replies(tmp_path, RULE).get(["a", "b"]) == ["yes", "yes"]


def test_lines_that_were_cut_short_lose_only_themselves(tmp_path: Path) -> None:
    replies = Replies(tmp_path, RULE, "x")
    replies.add("a", "yes")
    with replies.path.open("ab") as file:
        file.write(b'{"from": "x", "prompt": "12\n[1]\n{"from": 1, "prompt": 2, "reply": 3}\n{"fr')
    replies.add("b", "no")
    assert replies.get(["a", "b"]) == ["yes", "no"]
