"""A page with nothing but a labeller, what it stored, and hands to press its keys with."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

SCRIPT = """
import json, os, sqlite3
from dataclasses import asdict
import streamlit as st
from studio.components.labeller import Card, Progress, labeller

st.set_page_config("Labeller", os.environ["FAVICON"], layout="wide")
labels = os.environ["LABELS"].split(",")
connection = sqlite3.connect("decisions.db", isolation_level=None, timeout=5)
connection.execute("pragma journal_mode=wal")
connection.execute("create table if not exists decision "
    "(uid text primary key, example text, action text, answer text, note text, whole text)")

def store(made):
    connection = sqlite3.connect("decisions.db", isolation_level=None, timeout=5)
    with connection:
        connection.executemany("insert or ignore into decision values (?, ?, ?, ?, ?, ?)",
            [(d.uid, d.example_id, d.action, d.answer, d.note, json.dumps(asdict(d)))
             for d in made])
    st.session_state.acked = [d.uid for d in made]

stored = [uid for uid, in connection.execute("select uid from decision")]
said = {}
for example, action in connection.execute("select example, action from decision order by rowid"):
    words = said.setdefault(example, [])
    words.append(action) if action != "undo" else words and words.pop()
done = {example for example, words in said.items() if words and words[-1] != "refuse"}
total, mode = int(os.environ["TOTAL"]), os.environ["MODE"]
left = [n for n in range(total) if f"e{n}" not in done]
search = st.text_input("Search", key="search")
if search == "turn round":
    left.reverse()
def card(n):
    refused = said.get(f"e{n}", [])[-1:] == ["refuse"]
    drawn = "random" if os.environ["RANDOM"] else "uncertain"
    suggestion = None if os.environ["RANDOM"] else f"draft {n}" if mode == "write" else labels[0]
    return Card(f"e{n}", f"<i>Example</i> {n}\\nsecond line", "choose" if refused else mode,
        drawn, f"reason {n}{search if search == 'turn round' else ''}", suggestion,
        0.5 if suggestion else None, {"row": str(n)}, ((3, 10),))
labeller(
    key="review-test", labels=labels, guidelines=os.environ["GUIDELINES"],
    queue=[card(n) for n in left[:40]],
    acked=st.session_state.get("acked", stored),
    progress=Progress(len(done), total, 0, min(len(done), 40), 40 if os.environ["ROUND"] else 0),
    on_decision=store,
)
"""
SETTINGS = {
    "MODE": "choose",
    "TOTAL": "200",
    "LABELS": "a,b,c,d,e,f,g,h,i",
    "GUIDELINES": "",
    "RANDOM": "",
    "ROUND": "",
}
LISTENER = """window.seen = []; window.addEventListener('keydown', (event) => {
    const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot);
    const card = roots.filter(Boolean).map((r) => r.querySelector('.card')).find(Boolean);
    const found = card?.textContent.match(/Example<.i> (\\d+)/);
    if (found && /[1-9]/.test(event.key))
        window.seen.push(['e' + found[1], 'abcdefghi'[Number(event.key) - 1]]);
}, true)"""
"""Records what is on screen before the labeller's own listener acts on a key."""

Row = tuple[str, str, str | None, str]


class Server:
    """The server of a page with a labeller, and the decisions it stored."""

    def __init__(self, server: Any) -> None:
        self.folder, self.url = server.folder, server.url
        self.kill, self.start = server.kill, server.start

    def ask(self, query: str) -> list[Any]:
        with sqlite3.connect(self.folder / "decisions.db", timeout=5) as connection:
            return list(connection.execute(query))

    def stored(self) -> list[Row]:
        return self.ask("select example, action, answer, note from decision order by rowid")

    def whole(self) -> list[dict[str, Any]]:
        rows = self.ask("select whole from decision order by rowid")
        return [json.loads(whole) for (whole,) in rows]

    def wait_for(self, count: int) -> list[Row]:
        deadline = time.monotonic() + 30
        while len(self.stored()) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.stored()


def part(page: Any, name: str) -> Any:
    return page.locator(f'[data-part="{name}"]')


def press(page: Any, count: int, gap: int = 25) -> None:
    for number in range(count):
        page.keyboard.press(str(number % 9 + 1))
        page.wait_for_timeout(gap)


def seen(page: Any) -> list[tuple[str, str]]:
    return [tuple(pair) for pair in page.evaluate("() => window.seen")]


def pairs(rows: list[Row]) -> list[tuple[str, str | None]]:
    return [(example, answer) for example, _, answer, _ in rows]
