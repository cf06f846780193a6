"""A card to write or compare on, and back: both versions are kept, and no source is told."""

from __future__ import annotations

import pytest

from curation.review.queue import QueueItem
from curation.types import Example, Split
from studio.components.labeller import Decision
from studio.desk.words import chips
from studio.desk.writing import generate_mode, text_said, writing_card
from studio.stations.responses import COLUMNS, Response

RESPONSES = (Response("by a run", "run:x"), Response("by the file", "file"))


def item(mode: str = "write", candidates: tuple[str, ...] = (), **more: object) -> QueueItem:
    metadata = {"title": "Terms", "rows": [1], "empty": "", "response_a": "by a run", "n": 3}
    example = Example(id="e", input="x", metadata=metadata, **more)
    return QueueItem(example, "why", drawn="uncertain", mode=mode, candidates=candidates)


def test_a_card_to_write_on_starts_from_the_draft() -> None:
    card = writing_card(item(), RESPONSES)
    assert (card.mode, card.suggestion, card.candidates) == ("write", "by a run", ())
    assert (card.id, card.text, card.reason, card.drawn) == ("e", "x", "why", "uncertain")


def test_an_answer_that_measures_starts_from_nothing() -> None:
    assert writing_card(item(split=Split.VALIDATION), RESPONSES).suggestion is None


def test_a_card_to_compare_on_has_both_and_no_draft() -> None:
    card = writing_card(item("compare", ("by the file", "by a run")), RESPONSES)
    assert (card.mode, card.suggestion) == ("compare", None)
    assert card.candidates == ("by the file", "by a run")
    assert "run:x" not in repr(card)


@pytest.mark.parametrize(
    "candidates", [(), ("by a run",), ("by a run", "by a run"), ("by a run", "gone")]
)
def test_two_responses_that_are_not_there_any_more_cannot_be_compared(
    candidates: tuple[str, ...],
) -> None:
    assert generate_mode(item("compare", candidates), RESPONSES) == "write"


def test_a_column_that_holds_a_response_is_no_chip() -> None:
    assert chips(item().example, COLUMNS) == {"title": "Terms", "n": "3"}


def said(answer: str | None, action: str = "answer", **more: object) -> Decision:
    return Decision("u1", "e", action, answer, seconds=2.0, **more)


def test_an_edited_draft_is_kept_as_what_the_answer_is_better_than() -> None:
    kept = text_said(said("the new", shown="the old", rating=2, mode="write"), "ann")
    assert (kept.answer, kept.shown, kept.rejected, kept.rating) == (
        "the new",
        "the old",
        "the old",
        2,
    )
    assert (kept.reviewer, kept.via, kept.mode) == ("ann", "app", "write")


@pytest.mark.parametrize("answer", ["the draft", "the draft\n"])
def test_a_draft_that_was_not_changed_prefers_nothing(answer: str) -> None:
    kept = text_said(said(answer, shown="the draft", rejected="made up"), "ann")
    assert (kept.shown, kept.rejected) == ("the draft", None)


def test_without_a_draft_there_is_no_rating() -> None:
    kept = text_said(said("mine", rating=4, rejected="made up"), "ann")
    assert (kept.shown, kept.rating, kept.rejected) == (None, None, None)


def test_a_choice_keeps_the_other_one_and_a_tie_names_both() -> None:
    chosen = text_said(said("A", "prefer", rejected="B", mode="compare"), "ann")
    assert (chosen.action, chosen.answer, chosen.rejected, chosen.shown) == (
        "prefer",
        "A",
        "B",
        None,
    )
    tie = text_said(said(None, "skip", shown="A", rejected="B", note="tie", flagged=True), "ann")
    assert (tie.shown, tie.rejected, tie.note, tie.flagged) == ("A", "B", "tie", True)
