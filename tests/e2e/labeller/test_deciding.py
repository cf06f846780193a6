"""Deciding by keyboard: labels, skip, undo, note, and going back, in the browser."""

from __future__ import annotations

import re

import pytest

from tests.e2e.labeller.page import Server, pairs, part, press

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")

pytestmark = pytest.mark.slow


def test_undo_supersedes_and_brings_the_example_back(
    labeller: sync_api.Page, server: Server
) -> None:
    card = labeller.locator(".card")
    for key in "12s":
        labeller.keyboard.press(key)
    sync_api.expect(card).to_contain_text("Example</i> 3")
    labeller.keyboard.press("u")
    labeller.keyboard.press("u")
    sync_api.expect(card).to_contain_text("Example</i> 1")
    labeller.keyboard.press("9")
    sync_api.expect(card).to_contain_text("Example</i> 2")
    rows = server.wait_for(6)
    assert [(example, action, answer) for example, action, answer, _ in rows] == [
        ("e0", "answer", "a"),
        ("e1", "answer", "b"),
        ("e2", "skip", None),
        ("e2", "undo", None),
        ("e1", "undo", None),
        ("e1", "answer", "i"),
    ]


def test_undo_reaches_ten_back_and_no_further(labeller: sync_api.Page, server: Server) -> None:
    press(labeller, 12)
    for _ in range(12):
        labeller.keyboard.press("u")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 2")
    sync_api.expect(part(labeller, "undo")).to_be_disabled()
    assert [action for _, action, *_ in server.wait_for(22)].count("undo") == 10


def test_text_is_shown_and_not_rendered_with_its_matches_marked(labeller: sync_api.Page) -> None:
    assert labeller.locator(".card").inner_text() == "<i>Example</i> 0\nsecond line"
    assert labeller.locator(".card i").count() == 0
    assert labeller.locator(".card mark").all_inner_texts() == ["Example"]


def test_enter_takes_the_suggestion_and_a_note_travels_with_the_answer(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.keyboard.press("m")
    labeller.keyboard.type("2 us 9")
    labeller.keyboard.press("Enter")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 0")
    labeller.keyboard.press("Enter")
    assert server.wait_for(1) == [("e0", "answer", "a", "2 us 9")]


def test_keys_typed_into_a_field_of_the_page_label_nothing(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.get_by_label("Search").click()
    labeller.keyboard.type("12 sun")
    labeller.wait_for_timeout(600)
    assert server.stored() == []
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 0")


def test_after_a_mouse_click_the_keys_still_belong_to_the_labeller(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.get_by_role("button", name="1 a suggested").click()
    labeller.keyboard.press("3")
    assert pairs(server.wait_for(2)) == [("e0", "a"), ("e1", "c")]


def test_help_opens_and_closes_and_keys_meanwhile_do_nothing(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.keyboard.press("?")
    sync_api.expect(part(labeller, "keys")).to_be_visible()
    labeller.keyboard.press("1")
    labeller.keyboard.press("Escape")
    sync_api.expect(part(labeller, "keys")).to_be_hidden()
    assert server.stored() == []


MANY = ",".join(f"intent_{n}" for n in range(77))


@pytest.mark.parametrize("server", [{"labels": MANY}], indirect=True)
def test_letters_and_a_search_reach_every_one_of_many_labels(
    labeller: sync_api.Page, server: Server
) -> None:
    for key in ("a", "c", "r", "z"):  # c and r are Streamlit's own keys elsewhere
        labeller.keyboard.press(key)
    labeller.keyboard.press("/")
    labeller.keyboard.type("intent 76")
    labeller.keyboard.press("Enter")
    answers = [answer for _, answer in pairs(server.wait_for(5))]
    assert answers == ["intent_9", "intent_10", "intent_20", "intent_25", "intent_76"]


@pytest.mark.parametrize("server", [{"total": 3}], indirect=True)
def test_an_empty_queue_says_so_and_undo_still_works(
    labeller: sync_api.Page, server: Server
) -> None:
    press(labeller, 6)
    sync_api.expect(part(labeller, "empty")).to_contain_text("Queue is empty", timeout=15_000)
    assert len(server.wait_for(3)) == 3
    labeller.keyboard.press("u")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 2")


@pytest.mark.parametrize("server", [{"mode": "write"}], indirect=True)
def test_a_written_answer_starts_from_the_draft_and_is_saved_with_ctrl_enter(
    labeller: sync_api.Page, server: Server
) -> None:
    draft = part(labeller, "draft")
    sync_api.expect(draft).to_have_value("draft 0")
    labeller.keyboard.press("Enter")
    labeller.keyboard.press("End")
    labeller.keyboard.type(" sun 1?")
    labeller.keyboard.press("Control+Enter")
    sync_api.expect(draft).to_have_value("draft 1")
    labeller.keyboard.press("Escape")
    labeller.keyboard.press("u")
    sync_api.expect(draft).to_have_value("draft 0 sun 1?")
    labeller.keyboard.press("s")
    rows = server.wait_for(3)
    assert [(action, answer) for _, action, answer, _ in rows] == [
        ("answer", "draft 0 sun 1?"),
        ("undo", None),
        ("skip", None),
    ]


def test_a_decision_says_how_it_was_asked_and_what_was_shown(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.keyboard.press("f")
    sync_api.expect(part(labeller, "flagged")).to_be_visible()
    labeller.keyboard.press("3")
    sync_api.expect(part(labeller, "flagged")).to_be_hidden()
    labeller.keyboard.press("f")
    labeller.keyboard.press("f")
    labeller.keyboard.press("s")
    server.wait_for(2)
    first, second = server.whole()
    assert first["seconds"] > 0
    asked = ("answer", "flagged", "mode", "drawn", "shown", "rating", "rejected")
    assert [first[name] for name in asked] == [
        *("c", True, "choose", "uncertain", "a", None, None),
    ]
    assert (second["action"], second["flagged"]) == ("skip", False)


@pytest.mark.parametrize("server", [{"random": 1}], indirect=True)
def test_an_example_drawn_at_random_suggests_nothing_and_enter_answers_nothing(
    labeller: sync_api.Page, server: Server
) -> None:
    assert labeller.locator(".suggested").count() == 0
    labeller.keyboard.press("Enter")
    labeller.keyboard.press("2")
    server.wait_for(1)
    (said,) = server.whole()
    assert (said["answer"], said["drawn"], said["shown"]) == ("b", "random", None)


def test_going_back_shows_what_was_said_and_choosing_anew_replaces_it(
    labeller: sync_api.Page, server: Server
) -> None:
    card = labeller.locator(".card")
    for key in "12f3":
        labeller.keyboard.press(key)
    labeller.keyboard.press("b")
    sync_api.expect(card).to_contain_text("Example</i> 2")
    sync_api.expect(part(labeller, "flagged")).to_be_visible()
    labeller.keyboard.press("b")
    sync_api.expect(card).to_contain_text("Example</i> 1")
    sync_api.expect(labeller.locator(".labels .said .name")).to_have_text("b")
    labeller.keyboard.press("7")
    sync_api.expect(card).to_contain_text("Example</i> 3")
    rows = server.wait_for(5)
    assert [(example, action, answer) for example, action, answer, _ in rows][3:] == [
        ("e1", "undo", None),
        ("e1", "answer", "g"),
    ]


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_going_forward_again_changes_nothing_and_keeps_what_was_begun(
    labeller: sync_api.Page, server: Server, key: str
) -> None:
    labeller.keyboard.press("1")
    labeller.keyboard.press("m")
    labeller.keyboard.type("begun")
    labeller.keyboard.press("Enter")
    labeller.keyboard.press("b")
    sync_api.expect(part(labeller, "gone-back")).to_contain_text("You said a")
    labeller.keyboard.press("b")  # there is nothing further back
    labeller.keyboard.press(key)
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 1")
    labeller.keyboard.press("4")
    assert server.wait_for(2) == [("e0", "answer", "a", ""), ("e1", "answer", "d", "begun")]


def test_any_of_the_last_ten_can_be_undone(labeller: sync_api.Page, server: Server) -> None:
    press(labeller, 12)
    labeller.keyboard.press("h")
    rows = part(labeller, "historylist").locator("li")
    sync_api.expect(rows).to_have_count(10)
    sync_api.expect(rows.first).to_contain_text("Example</i> 11")
    rows.nth(6).get_by_role("button", name="Undo").click()
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 5")
    labeller.keyboard.press("9")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 12")
    made = [(example, action) for example, action, *_ in server.wait_for(14)]
    assert made[12:] == [("e5", "undo"), ("e5", "answer")]


def test_the_last_ten_are_reached_by_keys(labeller: sync_api.Page, server: Server) -> None:
    press(labeller, 4)
    labeller.keyboard.press("h")
    labeller.keyboard.press("5")  # no label while the list is open
    labeller.keyboard.press("ArrowDown")
    labeller.keyboard.press("Enter")
    sync_api.expect(part(labeller, "gone-back")).to_contain_text("You said c")
    labeller.keyboard.press("h")
    labeller.keyboard.press("ArrowDown")
    labeller.keyboard.press("ArrowDown")
    labeller.keyboard.press("u")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 1")
    assert [(example, action) for example, action, *_ in server.wait_for(5)][4:] == [("e1", "undo")]


@pytest.mark.parametrize("server", [{"labels": MANY}], indirect=True)
def test_arrows_move_among_the_labels_found(labeller: sync_api.Page, server: Server) -> None:
    for typed, arrows in (("7", 0), ("7", 2), ("intent 7", -1), ("no such", 1)):
        labeller.keyboard.press("/")
        labeller.keyboard.type(typed)
        for _ in range(abs(arrows)):
            labeller.keyboard.press("ArrowDown" if arrows > 0 else "ArrowUp")
        labeller.keyboard.press("Enter")
    sync_api.expect(part(labeller, "heard-find")).to_have_text("No label is called that.")
    labeller.keyboard.press("Escape")
    labeller.keyboard.press("1")
    answers = [answer for _, answer in pairs(server.wait_for(4))]
    assert answers == ["intent_7", "intent_27", "intent_76", "intent_0"]


@pytest.mark.parametrize("server", [{"mode": "verify"}], indirect=True)
def test_yes_no_or_another_label(labeller: sync_api.Page, server: Server) -> None:
    question = labeller.locator(".question")
    sync_api.expect(question).to_contain_text("Is this a?")
    for key in ("y", "n", "Enter", "3"):
        labeller.keyboard.press(key)
    rows = server.wait_for(4)
    assert [(example, action, answer) for example, action, answer, _ in rows] == [
        ("e0", "answer", "a"),
        ("e1", "refuse", "a"),
        ("e2", "answer", "a"),
        ("e3", "answer", "c"),
    ]
    assert {said["mode"] for said in server.whole()} == {"verify"}
    labeller.keyboard.press("b")
    sync_api.expect(labeller.locator(".labels .said .name")).to_have_text("c")
    labeller.keyboard.press("b")
    sync_api.expect(part(labeller, "yes")).to_have_class("said")
    labeller.keyboard.press("b")
    sync_api.expect(part(labeller, "no")).to_have_class("said")
    sync_api.expect(part(labeller, "gone-back")).to_contain_text("You said Not a")


@pytest.mark.parametrize("server", [{"mode": "verify", "total": 2}], indirect=True)
def test_what_was_refused_comes_again_to_be_chosen_for(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.keyboard.press("n")
    labeller.keyboard.press("y")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 0", timeout=15_000)
    sync_api.expect(labeller.locator(".question")).to_be_hidden()
    labeller.keyboard.press("2")
    server.wait_for(3)
    assert [(said["example_id"], said["mode"]) for said in server.whole()] == [
        ("e0", "verify"),
        ("e1", "verify"),
        ("e0", "choose"),
    ]


@pytest.mark.parametrize("server", [{"mode": "verify", "total": 1}], indirect=True)
def test_who_goes_back_to_what_was_refused_answers_it_once(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.keyboard.press("n")
    sync_api.expect(part(labeller, "choice")).to_be_visible(timeout=15_000)
    sync_api.expect(labeller.locator(".question")).to_be_hidden(timeout=15_000)
    labeller.keyboard.press("b")
    labeller.keyboard.press("4")
    sync_api.expect(part(labeller, "empty")).to_be_visible()
    actions = [(action, answer) for _, action, answer, _ in server.wait_for(3)]
    assert actions == [("refuse", "a"), ("undo", None), ("answer", "d")]


@pytest.mark.parametrize("server", [{"mode": "verify", "labels": "spam,ham"}], indirect=True)
def test_with_two_labels_no_is_the_other_one(labeller: sync_api.Page, server: Server) -> None:
    for key in "ynn":
        labeller.keyboard.press(key)
    assert pairs(server.wait_for(3)) == [("e0", "spam"), ("e1", "ham"), ("e2", "ham")]


@pytest.mark.parametrize("server", [{"round": 1}], indirect=True)
def test_the_round_the_pace_and_the_time_left_are_told(
    labeller: sync_api.Page, server: Server
) -> None:
    sync_api.expect(part(labeller, "round")).to_have_text("0 of 40 in this round")
    press(labeller, 4)
    sync_api.expect(part(labeller, "round")).to_have_text("4 of 40 in this round")
    labeller.keyboard.press("u")
    sync_api.expect(part(labeller, "round")).to_have_text("3 of 40 in this round")
    sync_api.expect(part(labeller, "pace")).to_have_text(
        re.compile(r"0\.\d s each · under a minute left")
    )
