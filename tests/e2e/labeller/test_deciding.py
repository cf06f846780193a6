"""Deciding by keyboard: labels, skip, undo, note, and going back, in the browser."""

from __future__ import annotations

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
