"""The labeller in a real browser against a real server that gets killed."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

SCRIPT = """
import os, sqlite3
import streamlit as st
from studio.components.labeller import Card, Progress, labeller

st.set_page_config("Labeller", os.environ["FAVICON"], layout="wide")
labels = os.environ["LABELS"].split(",")
connection = sqlite3.connect("decisions.db", isolation_level=None, timeout=5)
connection.execute("pragma journal_mode=wal")
connection.execute("create table if not exists decision "
    "(uid text primary key, example text, action text, answer text, seconds real, note text)")

def store(made):
    connection = sqlite3.connect("decisions.db", isolation_level=None, timeout=5)
    with connection:
        connection.executemany("insert or ignore into decision values (?, ?, ?, ?, ?, ?)",
            [(d.uid, d.example_id, d.action, d.answer, d.seconds, d.note) for d in made])
    st.session_state.acked = [d.uid for d in made]

stored = [uid for uid, in connection.execute("select uid from decision")]
last = dict(connection.execute("select example, action from decision order by rowid"))
done = {example for example, action in last.items() if action != "undo"}
total, mode = int(os.environ["TOTAL"]), os.environ["MODE"]
left = [n for n in range(total) if f"e{n}" not in done]
st.text_input("Search", key="search")
labeller(
    key="review-test", labels=labels, guidelines=os.environ["GUIDELINES"],
    queue=[Card(f"e{n}", f"<i>Example</i> {n}\\nsecond line", mode, "uncertain", f"reason {n}",
        f"draft {n}" if mode == "write" else labels[0], 0.5,
        {"row": str(n)}, ((3, 10),)) for n in left[:40]],
    acked=st.session_state.get("acked", stored), progress=Progress(len(done), total, 0),
    on_decision=store,
)
"""


class Server:
    """The server of a page with a labeller, and the decisions it stored."""

    def __init__(self, server: Any) -> None:
        self.folder, self.url = server.folder, server.url
        self.kill, self.start = server.kill, server.start

    def stored(self) -> list[tuple[str, str, str | None, str]]:
        with sqlite3.connect(self.folder / "decisions.db", timeout=5) as connection:
            rows = connection.execute(
                "select example, action, answer, note from decision order by rowid"
            )
            return list(rows)

    def wait_for(self, count: int) -> list[tuple[str, str, str | None, str]]:
        deadline = time.monotonic() + 30
        while len(self.stored()) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.stored()


@pytest.fixture
def server(tmp_path: Path, serve: Callable[..., Any], request: pytest.FixtureRequest) -> Server:
    (tmp_path / "page.py").write_text(SCRIPT, encoding="utf-8")
    for name in (".streamlit", "static"):
        shutil.copytree(ROOT / name, tmp_path / name)
    settings = {"MODE": "choose", "TOTAL": "200", "LABELS": "a,b,c,d,e,f,g,h,i", "GUIDELINES": ""}
    settings |= {name.upper(): str(value) for name, value in getattr(request, "param", {}).items()}
    favicon = str(ROOT / "static" / "favicon.png")
    return Server(serve(tmp_path / "page.py", tmp_path, FAVICON=favicon, **settings))


@pytest.fixture
def labeller(page: sync_api.Page, server: Server, watch: Watch) -> sync_api.Page:
    page.goto(server.url)
    sync_api.expect(page.locator(".card")).to_contain_text("Example</i> 0", timeout=30_000)
    return page


def part(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(f'[data-part="{name}"]')


@pytest.fixture(autouse=True)
def first_listener(page: sync_api.Page) -> None:
    """Record what is on screen before the labeller's own listener acts on a key."""
    page.add_init_script(
        """window.seen = []; window.addEventListener('keydown', (event) => {
            const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot);
            const card = roots.filter(Boolean).map((r) => r.querySelector('.card')).find(Boolean);
            const found = card?.textContent.match(/Example<.i> (\\d+)/);
            if (found && /[1-9]/.test(event.key))
                window.seen.push(['e' + found[1], 'abcdefghi'[Number(event.key) - 1]]);
        }, true)"""
    )


def press(page: sync_api.Page, count: int, gap: int = 25) -> None:
    for number in range(count):
        page.keyboard.press(str(number % 9 + 1))
        page.wait_for_timeout(gap)


def seen(page: sync_api.Page) -> list[tuple[str, str]]:
    return [tuple(pair) for pair in page.evaluate("() => window.seen")]


def pairs(rows: list[tuple[str, str, str | None, str]]) -> list[tuple[str, str | None]]:
    return [(example, answer) for example, _, answer, _ in rows]


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
            "insert into decision values ('told-nobody', 'e0', 'answer', 'a', 1, '')"
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
