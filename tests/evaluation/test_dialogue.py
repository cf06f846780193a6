"""Goals that are reached and turns that do what they should, counted by conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from curation.types import TaskKind
from evaluation.dialogue import act_of, goals_of, is_turn, says
from evaluation.metrics import METRICS

Make = Callable[..., Any]


def talk(make_sheet: Make, turns: list[tuple[str, str, str, dict[str, Any]]]) -> Any:
    """Return a sheet of (conversation, gold, answer, metadata)."""
    gold, answers = [turn[1] for turn in turns], [turn[2] for turn in turns]
    sheet = make_sheet(gold, answers, TaskKind.GENERATE)
    rows = tuple(
        row.model_copy(update={"group": turn[0], "metadata": turn[3]})
        for row, turn in zip(sheet.rows, turns, strict=True)
    )
    return replace(sheet, rows=rows)


BOOKING = {"goal": ["table for two", ["8 pm", "20:00"]]}


def test_a_goal_is_reached_over_the_whole_conversation(make_sheet: Make) -> None:
    sheet = talk(
        make_sheet,
        [
            ("a", "x", "A table for two, fine.", BOOKING),
            ("a", "x", "At 20:00 then!", {}),
            ("b", "x", "A table for two.", BOOKING),
            ("b", "x", "Goodbye.", {}),
            ("c", "x", "no goal here: 8 pm", {}),
        ],
    )
    metric = METRICS["goal_completion"]()
    score = metric.scores(sheet)[0]
    assert (score.value, score.n) == (0.5, 2)
    assert metric.left_unsaid(sheet) == {0: (), 2: ("8 pm",)}
    assert "Most often unsaid: '8 pm', in 1" in score.note
    assert "Only 2 were counted" in score.note


def test_nothing_reached_has_an_upper_bound(make_sheet: Make) -> None:
    turns = [(f"talk{at}", "x", "No.", {"goal": "yes"}) for at in range(60)]
    score = METRICS["goal_completion"]().scores(talk(make_sheet, turns))[0]
    assert (score.value, score.low) == (0, 0)
    assert score.high == pytest.approx(0.0487, abs=1e-4)
    assert "None was seen in 60: the share is at most 0.049" in score.note


@pytest.mark.parametrize(
    ("goal", "wordings"),
    [
        ("one; two | zwei;", (("one",), ("two", "zwei"))),
        (["one", ["two", "zwei"], 3], (("one",), ("two", "zwei"), ("3",))),
        (None, ()),
        ({"a": 1}, ()),
        (["", [], "..."], ()),
    ],
)
def test_goals_are_read_from_lists_and_texts(
    goal: object, wordings: tuple[tuple[str, ...], ...], make_sheet: Make
) -> None:
    sheet = make_sheet(["x"], ["x"], TaskKind.GENERATE)
    row = sheet.rows[0].model_copy(update={"metadata": {"goal": goal}})
    assert goals_of(row) == wordings


def test_wordings_are_found_word_by_word() -> None:
    assert says(["At 8 PM, sure."], ["8 pm"])
    assert not says(["At 18 pm."], ["8 pm"])
    assert not says(["table for", "two"], ["table for two"])


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("We open at nine.", "answer"),
        ("How many people? I need to know.", "answer"),
        ("Sure. For how many people?", "ask"),
        ("何名様ですか\uff1f", "ask"),
        ("كم شخصا\u061f", "ask"),
        ("So that is two at 8, is that correct?", "confirm"),
        ("Would you like me to book it?", "confirm"),
        ("I'll connect you to a colleague.", "hand over"),
        ("A representative will call you back.", "hand over"),
        ("All done. Goodbye!", "end"),
        ("Thank you for calling.", "end"),
        ("Have a nice day. Anything else?", "ask"),
        ("", "answer"),
    ],
)
def test_acts_follow_the_rule(text: str, act: str) -> None:
    assert act_of(text) == act


def test_turns_are_held_against_the_files_act_or_the_references(make_sheet: Make) -> None:
    sheet = talk(
        make_sheet,
        [
            ("a", "For how many?", "For how many people?", {"act": "ask"}),
            ("a", "Yes.", "For how many?", {"act": "Hand_Over"}),
            ("b", "Is that right?", "It opens at 9.", {"messages": [{"role": "assistant"}]}),
            ("c", "For how many?", "no turn", {"act": "unheard of"}),
        ],
    )
    assert [is_turn(row) for row in sheet.rows] == [True, True, True, False]
    accuracy, f1 = METRICS["turn_taking"]().scores(sheet)
    assert (accuracy.value, accuracy.n) == (pytest.approx(1 / 3), 3)
    # ask: 1 of 2 answers and 1 of 1; confirm and hand over missed; answer made up
    assert f1.value == pytest.approx((2 / 3) / 4)
    assert "most often 'hand over' was wanted and 'ask' done, 1 times" in accuracy.note


def test_rows_without_conversations_are_told(make_sheet: Make) -> None:
    sheet = make_sheet(["x"], ["x"], TaskKind.GENERATE)
    (goal,) = METRICS["goal_completion"]().scores(sheet)
    turn = METRICS["turn_taking"]().scores(sheet)[0]
    assert goal.undefined.startswith("because no row carries a `goal`")
    assert turn.undefined.startswith("because no row is a turn of a conversation")


def test_single_questions_of_a_chat_file_are_no_turns(make_sheet: Make) -> None:
    asked = {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}
    sheet = talk(make_sheet, [("a", "x", "x", asked)])
    assert not is_turn(sheet.rows[0])
