"""Spans in a real browser: real requests, by keyboard and by mouse, and texts in any script."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from curation.datasets import read_rows
from curation.project import Project, Settings, create_project, default_task
from curation.spans import read_spans
from curation.types import Annotation, Split, TaskKind, Word
from studio import loop

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
expect = sync_api.expect
ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "restaurant8k" / "train_0.json"
LABELS = ("people", "time", "date", "first_name", "last_name")
FUNCTIONS = """from labeling_functions import pattern

clock = pattern("clock", "time", r"(?<!\\d)\\d{1,2}(:\\d\\d)? ?[ap]m\\b")
guests = pattern("guests", "people", r"\\b\\d+ (people|persons|guests|of us)")
hour = pattern("hour", "time", r"\\b\\d+\\b")
"""
SOON = 30_000

pytestmark = pytest.mark.slow

FIND = """(words) => {
    const card = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)
        .map((root) => root.querySelector(".card")).find(Boolean);
    const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(words);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + words.length);
        const { left, right, top, bottom } = range.getClientRects()[0];
        return { left, right, y: (top + bottom) / 2 };
    }
}"""


class Desk:
    """The labeller on a page, and what a person does to it."""

    def __init__(self, page: sync_api.Page) -> None:
        self.page = page
        self.card = page.locator(".card")

    def part(self, name: str) -> sync_api.Locator:
        return self.page.locator(f'[data-part="{name}"]')

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, first: str, last: str, *, alt: bool = False) -> None:
        """Drag from within some words to within others; with Alt, from edge to edge."""
        one, other = self.page.evaluate(FIND, first), self.page.evaluate(FIND, last)
        if alt:
            self.page.keyboard.down("Alt")
        inset = 0.05 if alt else 0.3
        start = one["left"] + inset * (one["right"] - one["left"])
        end = other["right"] - inset * (other["right"] - other["left"])
        self.page.mouse.move(start, one["y"])
        self.page.mouse.down()
        self.page.mouse.move(end, other["y"], steps=5)
        self.page.wait_for_timeout(150)  # a busy browser widens the selection after the move
        self.page.mouse.up()
        if alt:
            self.page.keyboard.up("Alt")
        self.page.wait_for_timeout(100)

    @property
    def marked(self) -> list[tuple[str, str]]:
        """What a screen reader would say of each span: its label and its words."""
        names = self.card.locator("mark.first").evaluate_all(
            "nodes => nodes.map((node) => [node.dataset.label, node.getAttribute('aria-label')])"
        )
        return [
            (label, said.removeprefix(f"{label}: ").rsplit(", ", 1)[0]) for label, said in names
        ]

    def saved(self) -> None:
        expect(self.part("saved")).to_have_text("All saved", timeout=SOON)


# ---- real requests ------------------------------------------------------------------------------


@pytest.fixture
def slots(tmp_path: Path) -> Project:
    if not SHARED.exists():
        pytest.skip("the restaurant8k set is not on this machine")
    task = default_task(TaskKind.EXTRACT).model_copy(update={"labels": LABELS})
    project = create_project(tmp_path / "projects" / "slots", Settings(name="slots", task=task))
    loop.import_file(project, SHARED)
    (project.functions / "slots.py").write_text(FUNCTIONS, encoding="utf-8")
    return project


@pytest.fixture
def desk(page: sync_api.Page, serve: Callable[..., Server], slots: Project, watch: Watch) -> Desk:
    server = serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(slots.folder.parent))
    page.goto(f"{server.url}/review")
    desk = Desk(page)
    expect(desk.part("span-count")).to_be_visible(timeout=60_000)
    return desk


def said(project: Project, number: int) -> list[Annotation]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        kept = [a for a in project.store.annotations() if a.via == "app"]
        if len(kept) >= number:
            return kept
        time.sleep(0.1)
    raise AssertionError(f"only {len(kept)} of {number} decisions arrived")


def test_requests_are_marked_and_frozen_as_they_were_marked(desk: Desk, slots: Project) -> None:
    shown: list[tuple[str, list[tuple[str, str]]]] = []

    def save() -> None:
        shown.append((desk.card.evaluate("card => card.textContent"), desk.marked))
        desk.press("Enter")

    # By keyboard alone: the first word, the two that follow, and the first one relabelled.
    desk.press("Escape", "ArrowRight", "1", "ArrowRight", "Shift+ArrowRight", "3")
    desk.press("Shift+Tab", "4")
    save()
    # By mouse: what is suggested is taken away, then words are dragged over.
    while desk.marked:
        desk.card.locator("mark.first").first.click()
        desk.part("remove-span").click()
    words = [
        word for word in desk.card.evaluate("card => card.textContent").split() if word.isalpha()
    ]
    desk.drag(words[0], words[1])
    desk.page.get_by_role("button", name="time", exact=False).first.click()
    assert [label for label, _ in desk.marked] == ["time"]
    save()
    # As suggested, as often as not nothing at all.
    for _ in range(6):
        save()
    desk.saved()
    kept = said(slots, len(shown))
    texts = {e.id: e.input for e in slots.store.examples()}
    for annotation, (text, marks) in zip(kept, shown, strict=True):
        assert texts[annotation.example_id] == text
        assert [(s.label, text[s.start : s.end]) for s in annotation.spans] == marks
        assert read_spans(annotation.answer or "", text, LABELS) == annotation.spans
        assert annotation.mode == "spans"
    matrix, probable = loop.opinions(slots)
    manifest = loop.freeze_dataset(slots, matrix, probable, drop_overlap=True)
    rows = {row.id: row for row in read_rows(slots.datasets / manifest.version, Split.TRAIN)}
    assert manifest.words[Word.PERSON] == len(kept)
    for annotation in kept:
        assert rows[annotation.example_id].answer == annotation.answer


def test_functions_suggest_and_what_stands_is_what_they_marked(desk: Desk, slots: Project) -> None:
    probable = loop.probable_spans(slots)
    answers = dict(zip(probable.example_ids, probable.answers, strict=True))
    suggested = 0
    for number in range(12):
        text = desk.card.evaluate("card => card.textContent")
        marks = desk.marked
        desk.press("Enter")
        (*_, last) = said(slots, number + 1)
        assert [(s.label, text[s.start : s.end]) for s in last.spans] == marks
        assert last.shown in (None, answers.get(last.example_id))
        assert bool(last.shown) == bool(marks)
        suggested += bool(last.shown)
    assert 0 < suggested < 12  # those drawn at random carry no suggestion


def test_back_and_undo_bring_the_marks_back(desk: Desk, slots: Project) -> None:
    desk.press("Escape", "ArrowRight", "2")
    first = desk.marked
    desk.press("Enter", "ArrowRight", "1", "b")
    assert desk.marked == first
    desk.press("Escape", "Escape")
    assert ("people", *desk.marked[0][1:]) == desk.marked[0]  # what was begun is there still
    desk.press("b", "Tab", "3")
    changed = desk.marked
    assert changed != first
    desk.press("Enter")
    desk.saved()
    actions = [(a.action, len(a.spans)) for a in said(slots, 3)]
    assert actions == [("answer", len(first)), ("undo", 0), ("answer", len(changed))]
    desk.press("u")
    assert desk.marked == changed


def test_a_label_taken_away_meanwhile_hands_the_marks_back(desk: Desk, slots: Project) -> None:
    desk.press("Escape", "ArrowRight", "5")
    text, marked = desk.card.evaluate("card => card.textContent"), desk.marked
    by_hand = slots.folder / "project.toml"
    settings = by_hand.read_text(encoding="utf-8")
    fewer = re.sub(r',\s*"last_name",?', "", settings)
    assert fewer != settings
    by_hand.write_text(fewer, encoding="utf-8")
    desk.press("Enter", "Enter")
    expect(desk.part("saved")).to_contain_text("1 not stored: There is no label", timeout=SOON)
    (other,) = said(slots, 1)
    examples = {e.id: e.input for e in slots.store.examples()}
    assert examples[other.example_id] != text  # the one after it is stored
    for _ in range(40):
        if desk.card.evaluate("card => card.textContent") == text:
            break
        desk.press("s")
    assert desk.marked == marked
    desk.press("Tab", "1", "Enter")
    desk.saved()


# ---- texts in any script ------------------------------------------------------------------------

TEXTS = (
    "Table for 4 at 8pm, please",
    "Für 👨‍👩‍👧‍👦 und Ömer 🇩🇪\num 20 Uhr\t(heute)",
    "我想预订明天晚上七点的四人桌",
    "أريد حجز طاولة لأربعة أشخاص غدا الساعة 8 مساء",
    "שולחן לארבעה מחר ב-20:00 בבקשה",
    "พรุ่งนี้สองทุ่มสี่คน",
    "नमस्ते, चार लोग आठ बजे",
    "A\r\nB \U0001d7dc\U0001d7dd 😬😬 e\u0301clair",
)
SCRIPT = """
import json, os, sqlite3
import streamlit as st
from curation.project import default_task
from curation.review.queue import QueueItem
from curation.types import Example, TaskKind, example_id
from studio.components.labeller import Progress, labeller
from studio.desk.marking import span_card, spans_said

st.set_page_config("Spans", os.environ["FAVICON"], layout="wide")
texts = json.loads(os.environ["TEXTS"])
labels = ("people", "time")
task = default_task(TaskKind.EXTRACT).model_copy(update={"labels": labels})
examples = {example_id(text): Example(id=example_id(text), input=text) for text in texts}
connection = sqlite3.connect("decisions.db", isolation_level=None, timeout=5)
connection.execute("create table if not exists said (uid text primary key, text, spans)")

def store(made):
    connection = sqlite3.connect("decisions.db", isolation_level=None, timeout=5)
    for d in made:
        example = examples[d.example_id]
        spans = [(s.start, s.end, s.label) for s in spans_said(d, example, labels)]
        row = (d.uid, example.input, json.dumps(spans))
        connection.execute("insert or ignore into said values (?, ?, ?)", row)
    st.session_state.acked = [d.uid for d in made]

done = {text for text, in connection.execute("select text from said")}
queue = [QueueItem(e, "why") for e in examples.values() if e.input not in done]
labeller(key="spans-test", queue=[span_card(item, task) for item in queue], labels=labels,
    acked=st.session_state.get("acked", []), progress=Progress(len(done), len(texts)),
    on_decision=store)
"""


@pytest.fixture
def scripts(
    page: sync_api.Page, tmp_path: Path, serve: Callable[..., Server], watch: Watch
) -> Desk:
    (tmp_path / "page.py").write_text(SCRIPT, encoding="utf-8")
    for name in (".streamlit", "static"):
        shutil.copytree(ROOT / name, tmp_path / name)
    favicon = str(ROOT / "static" / "favicon.png")
    server = serve(tmp_path / "page.py", tmp_path, FAVICON=favicon, TEXTS=json.dumps(TEXTS))
    page.goto(server.url)
    expect(page.locator(".card")).to_contain_text("Table for 4", timeout=SOON)
    return Desk(page)


def stored(folder: Path, number: int) -> dict[str, list[tuple[str, str]]]:
    """Return the label and the words of each span, by text."""
    deadline = time.monotonic() + 30
    rows: list[Any] = []
    while len(rows) < number and time.monotonic() < deadline:
        with sqlite3.connect(folder / "decisions.db", timeout=5) as connection:
            rows = connection.execute("select text, spans from said").fetchall()
        time.sleep(0.1)
    return {
        text: [(label, text[start:end]) for start, end, label in json.loads(spans)]
        for text, spans in rows
    }


def test_words_of_any_script_are_walked_and_marked(scripts: Desk, tmp_path: Path) -> None:
    shown = {}
    for text in TEXTS:
        assert scripts.card.evaluate("card => card.textContent") == text
        onward = "ArrowLeft" if text[0] in "أש" else "ArrowRight"
        scripts.press(onward, onward, "1", onward, f"Shift+{onward}", "2")
        if text.startswith("A\r\n"):
            scripts.press("]", "Alt+ArrowRight", "[")
        shown[text] = scripts.marked
        scripts.press("Enter")
    kept = stored(tmp_path, len(TEXTS))
    assert kept == shown
    assert kept[TEXTS[0]] == [("people", "for"), ("time", "4 at")]
    assert kept[TEXTS[1]][0] == ("people", "👨‍👩‍👧‍👦")
    assert kept[TEXTS[3]] == [("people", "حجز"), ("time", "طاولة لأربعة")]
    assert kept[TEXTS[7]] == [("people", "B"), ("time", " \U0001d7dc\U0001d7dd 😬😬 ")]


def test_the_mouse_takes_words_and_with_alt_characters(scripts: Desk, tmp_path: Path) -> None:
    scripts.drag("able", "4")
    scripts.press("1")
    scripts.drag("8", "8", alt=True)
    scripts.press("2")
    assert scripts.marked == [("people", "Table for 4"), ("time", "8")]
    box = scripts.page.evaluate(FIND, "please")
    scripts.press("Escape", "2")  # in hand: what is taken now is marked at once
    scripts.page.mouse.dblclick(box["left"] + 4, box["y"])
    expect(scripts.card.locator("mark.first")).to_have_count(3)
    scripts.press("Control+z", "Control+z", "Control+Shift+z", "Enter")
    scripts.drag("und", "Ömer")
    scripts.press("1", "Enter")
    scripts.drag("明", "明", alt=True)
    scripts.press("Shift+ArrowRight", "1", "Enter")
    kept = stored(tmp_path, 3)
    assert kept[TEXTS[0]] == [("people", "Table for 4"), ("time", "8")]
    assert kept[TEXTS[1]] == [("people", "und Ömer")]
    assert kept[TEXTS[2]][0][1].startswith("明")


def test_spans_are_announced_and_axe_finds_nothing_serious(scripts: Desk) -> None:
    scripts.press("ArrowRight", "1", "ArrowRight", "ArrowRight", "2")
    expect(scripts.part("heard-spans")).to_have_text("time: 4")
    scripts.press("Shift+Tab")
    focused = scripts.card.locator("mark.current")
    expect(focused).to_be_focused()
    expect(focused).to_have_attribute("aria-label", "people: Table, 1 of 2")
    scripts.press("Delete")
    expect(scripts.part("heard-spans")).to_have_text("Removed Table")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="it looks for faults")
    found = axe.Axe().run(scripts.page, context=[".st-key-spans-test"]).response
    assert found["passes"], "axe looked at nothing"
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], node["html"]) for v in serious for node in v["nodes"]] == []


def test_nothing_to_mark_is_an_answer_and_saving_says_so(scripts: Desk, tmp_path: Path) -> None:
    expect(scripts.part("span-count")).to_have_text("Nothing to mark")
    scripts.press("ArrowRight", "1")
    expect(scripts.part("span-count")).to_have_text("Save 1 span")
    scripts.press("Delete", "Enter")
    assert stored(tmp_path, 1) == {TEXTS[0]: []}


def test_one_span_is_laid_over_another_with_shift_and_else_replaces_it(
    scripts: Desk, tmp_path: Path
) -> None:
    scripts.press("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    scripts.press("Escape", "ArrowRight", "ArrowRight", "Shift+Digit2")
    assert scripts.marked == [("people", "Table for 4"), ("time", "for")]
    scripts.press("Escape", "ArrowRight", "2")
    assert scripts.marked[0] == ("time", "Table")
    scripts.press("Enter")
    assert stored(tmp_path, 1)[TEXTS[0]] == [("time", "Table"), ("time", "for")]
