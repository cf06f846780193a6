"""Ratings: what people answered of their own accord, and where it was not gone with."""

from __future__ import annotations

from curation.people.ratings import MISSING, confusion, own_answers, ratings_of
from curation.types import Annotation
from curation.words import Words, standing_words


def say(reviewer: str, answer: str | None, example: str = "e", **more: str) -> Annotation:
    uid = f"{reviewer} {example} {answer} {more}"
    return Annotation(uid=uid, example_id=example, reviewer=reviewer, answer=answer, **more)


def answered(*said: Annotation) -> dict[str, tuple[Annotation, ...]]:
    words = Words()
    words.hear(said)
    return {example: own_answers(words, example) for example in words.examples}


def test_who_decides_is_still_counted_with_what_they_had_answered() -> None:
    """Or every disagreement would drop out of agreement the moment it ends."""
    record = [
        say("ann", "card"),
        say("bob", "cash"),
        say("ann", "cash", action="decide"),
    ]
    table = ratings_of(answered(*record))
    assert dict(zip(table.reviewers, table.codes[:, 0], strict=True)) == {"ann": 0, "bob": 1}
    assert table.labels == ("card", "cash")


def test_skips_gold_questions_files_and_what_was_undone_are_no_ratings() -> None:
    record = [
        say("ann", "card"),
        say("bob", "card", drawn="gold"),
        say("file", "card", via="file"),
        say("eva", "cash"),
        say("eva", None, action="undo"),
        say("max", "cash"),
        say("max", None, action="skip"),
        say("zoe", "cash", action="decide"),
    ]
    answers = answered(*record)
    assert [a.reviewer for a in answers["e"]] == ["ann"]
    table = ratings_of({**answers, "other": (say("bob", "cash", "other"),)})
    assert table.codes.tolist() == [[0, MISSING], [MISSING, 1]]
    assert len(table.counts()) == 0


def test_confusion_counts_what_was_said_where_the_others_say_something_else() -> None:
    record = [
        *(say(who, "card", "majority") for who in ("ann", "bob")),
        say("eva", "cash", "majority"),
        say("eva", "cash", "decided"),
        say("ann", "refund", "decided", action="decide"),
        say("eva", "cash", "alone"),
        say("eva", "cash", "tie"),
        say("bob", "card", "tie"),
    ]
    answers, standing = answered(*record), standing_words(record)
    assert confusion(answers, standing, "eva") == {("cash", "card"): 2, ("cash", "refund"): 1}
    assert confusion(answers, standing, "ann") == {}  # bob and eva are divided
    assert confusion(answers, standing, "bob") == {("card", "cash"): 1}
    assert confusion(answers, standing, "nobody") == {}
