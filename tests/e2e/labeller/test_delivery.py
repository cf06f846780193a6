"""Every decision arrives once, on the example that was on screen, whatever dies in between."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.e2e.labeller.page import LISTENER, Server, pairs, part, press, seen

if TYPE_CHECKING:
    from tests.e2e.conftest import Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("gap", [25, 60])
def test_fast_keys_are_stored_once_each_on_the_example_that_was_on_screen(
    labeller: sync_api.Page, server: Server, gap: int
) -> None:
    press(labeller, 36, gap)
    rows = server.wait_for(36)
    sync_api.expect(part(labeller, "saved")).to_have_text("All saved", timeout=15_000)
    assert pairs(rows) == seen(labeller)
    assert [example for example, *_ in rows] == [f"e{n}" for n in range(36)]
    sync_api.expect(part(labeller, "counts")).to_contain_text("36 of 200 done")


def test_a_killed_server_loses_and_doubles_nothing(
    labeller: sync_api.Page, server: Server, watch: Watch
) -> None:
    press(labeller, 10)
    watch.down = True
    server.kill()
    press(labeller, 12)
    sync_api.expect(part(labeller, "saved")).to_contain_text("unsaved · saving again…")
    server.start()
    # Streamlit's "Connection error" covers the page; behind it the labeller takes no keys.
    sync_api.expect(labeller.locator('[role="dialog"]')).to_have_count(0, timeout=30_000)
    press(labeller, 5)
    sync_api.expect(part(labeller, "saved")).to_have_text("All saved", timeout=40_000)
    watch.down = False
    rows = server.stored()
    assert pairs(rows) == seen(labeller)
    assert [example for example, *_ in rows] == [f"e{n}" for n in range(27)]


def test_a_reload_while_the_server_is_down_keeps_what_was_decided(
    labeller: sync_api.Page, server: Server, watch: Watch
) -> None:
    press(labeller, 4)
    server.wait_for(4)
    sync_api.expect(part(labeller, "saved")).to_have_text("All saved", timeout=15_000)
    watch.down = True
    server.kill()
    press(labeller, 3)
    sync_api.expect(part(labeller, "saved")).to_contain_text("3 unsaved")
    server.start()
    labeller.on("dialog", lambda dialog: dialog.accept())  # the warning about unsaved decisions
    labeller.reload()
    sync_api.expect(part(labeller, "saved")).to_have_text("All saved", timeout=30_000)
    watch.down = False
    rows = server.wait_for(7)
    assert [example for example, *_ in rows] == [f"e{n}" for n in range(7)]
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 7")


def test_decisions_stored_while_nobody_could_say_so_are_taken_as_saved_at_once(
    page: sync_api.Page, server: Server, watch: Watch
) -> None:
    # What a killed server leaves behind: the decision is stored, and the tab was never told.
    page.goto(server.url)
    sync_api.expect(page.locator(".card")).to_contain_text("Example</i> 0", timeout=30_000)
    event = {"uid": "told-nobody", "id": "e0", "action": "answer", "answer": "a", "seconds": 1}
    kept = json.dumps([{**event, "note": ""}])
    with sqlite3.connect(server.folder / "decisions.db", timeout=5) as connection:
        connection.execute(
            "insert into decision values ('told-nobody', 'e0', 'answer', 'a', '', '')"
        )
    page.evaluate("kept => sessionStorage.setItem('tunesmith.labeller.review-test', kept)", kept)
    page.reload()
    sync_api.expect(page.locator(".card")).to_contain_text("Example</i> 1", timeout=30_000)
    sync_api.expect(part(page, "saved")).to_have_text("All saved")
    page.keyboard.press("2")
    assert pairs(server.wait_for(2)) == [("e0", "a"), ("e1", "b")]


def test_a_reload_in_the_middle_goes_on_where_it_was(
    labeller: sync_api.Page, server: Server
) -> None:
    press(labeller, 5)
    server.wait_for(5)
    sync_api.expect(part(labeller, "saved")).to_have_text("All saved", timeout=15_000)
    labeller.reload()
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 5", timeout=30_000)
    labeller.keyboard.press("2")
    assert pairs(server.wait_for(6))[-1] == ("e5", "b")


def test_a_dropped_network_loses_and_doubles_nothing(
    labeller: sync_api.Page, server: Server, watch: Watch
) -> None:
    press(labeller, 3)
    server.wait_for(3)
    watch.down = True
    labeller.context.set_offline(True)
    press(labeller, 8)
    sync_api.expect(part(labeller, "saved")).to_contain_text("unsaved · saving again…")
    assert len(server.stored()) == 3
    labeller.context.set_offline(False)
    sync_api.expect(labeller.locator('[role="dialog"]')).to_have_count(0, timeout=30_000)
    press(labeller, 2)
    sync_api.expect(part(labeller, "saved")).to_have_text("All saved", timeout=40_000)
    watch.down = False
    assert pairs(server.stored()) == seen(labeller)
    assert [example for example, *_ in server.stored()] == [f"e{n}" for n in range(13)]


def test_two_tabs_store_what_each_of_them_showed_and_nothing_twice(
    labeller: sync_api.Page, server: Server
) -> None:
    other = labeller.context.new_page()
    other.add_init_script(LISTENER)
    other.goto(server.url)
    sync_api.expect(other.locator(".card")).to_contain_text("Example</i> 0", timeout=30_000)
    for _ in range(3):
        press(labeller, 6)
        press(other, 6)
    for tab in (labeller, other):
        sync_api.expect(part(tab, "saved")).to_have_text("All saved", timeout=20_000)
    made = seen(labeller) + seen(other)
    assert len(made) == 36
    assert sorted(pairs(server.stored())) == sorted(made)


def test_a_copied_tab_delivers_what_both_hold_once(
    labeller: sync_api.Page, server: Server, watch: Watch
) -> None:
    watch.down = True
    server.kill()
    press(labeller, 3)
    kept = labeller.evaluate("() => ({...sessionStorage})")
    copy = labeller.context.new_page()
    copy.add_init_script(
        f"for (const [k, v] of Object.entries({json.dumps(kept)})) sessionStorage.setItem(k, v)"
    )
    server.start()
    copy.goto(server.url)
    for tab in (copy, labeller):
        sync_api.expect(part(tab, "saved")).to_have_text("All saved", timeout=40_000)
    watch.down = False
    assert pairs(server.stored()) == seen(labeller)


def test_the_example_on_screen_stays_when_the_queue_is_another(
    labeller: sync_api.Page, server: Server
) -> None:
    labeller.get_by_label("Search").fill("turn round")
    labeller.get_by_label("Search").press("Enter")
    labeller.get_by_label("Search").evaluate("field => field.blur()")
    labeller.wait_for_timeout(1_500)
    assert labeller.locator(".card").inner_text().startswith("<i>Example</i> 0")
    assert part(labeller, "reason").inner_text() == "reason 0"
    labeller.keyboard.press("1")
    sync_api.expect(labeller.locator(".card")).to_contain_text("Example</i> 199")
    assert pairs(server.wait_for(1)) == [("e0", "a")]
