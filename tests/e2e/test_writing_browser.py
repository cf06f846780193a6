"""Texts in a real browser: written from a draft, rated, chosen between, never lost on the way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from curation.project import Project, Review, Settings, create_project, default_task
from curation.types import Annotation, Split, TaskKind
from studio import loop

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
expect = sync_api.expect
ROOT = Path(__file__).parents[2]
LEGAL = ROOT.parent / "shared" / "data" / "legal_summarization" / "all_v1.json"
SOON = 30_000
PAIRS = 4
"""Rows with two responses, which are asked first; the others have one draft."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not LEGAL.exists(), reason="legal_summarization is not there"),
]


def rows() -> list[dict[str, Any]]:
    """Return texts with a summary and their first words: two responses, or one to write from."""
    texts = [
        text for text in json.loads(LEGAL.read_text("utf-8")).values() if text["original_text"]
    ]
    made = []
    for number, text in enumerate(texts[:70]):
        row = {"text": text["original_text"], "doc": text["doc"], "split": "train"}
        lead = " ".join(text["original_text"].split()[:12])
        if number < PAIRS:
            row |= {"response_a": lead, "response_b": text["reference_summary"]}
        elif number < 64:
            row |= {"draft": lead}
        else:
            row |= {"draft": lead, "response_a": "CANARY of the exam", "split": "test"}
        made.append(row)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    settings = Settings(
        name="legal",
        task=default_task(TaskKind.GENERATE),
        review=Review(shares={"compare": 1.0}),
    )
    made = create_project(tmp_path / "projects" / "legal", settings)
    file = tmp_path / "legal.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows()), "utf-8")
    loop.import_file(made, file)
    return made


@pytest.fixture
def server(project: Project, serve: Callable[..., Server]) -> Server:
    return serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(project.folder.parent))


@pytest.fixture
def desk(page: sync_api.Page, server: Server, watch: Watch) -> sync_api.Page:
    page.goto(f"{server.url}/review")
    expect(part(page, "first")).not_to_be_empty(timeout=SOON)  # the frame alone hears no keys
    return page


@pytest.fixture
def writing(desk: sync_api.Page, project: Project) -> sync_api.Page:
    """Return the page with the comparisons behind it and a draft to write from."""
    for number in range(PAIRS):
        desk.keyboard.press("1")
        assert len(wait_for(project, number + 1)) == number + 1
    expect(part(desk, "draft")).to_be_visible(timeout=SOON)
    return desk


def part(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(f'[data-part="{name}"]')


def wait_for(project: Project, count: int) -> tuple[Annotation, ...]:
    deadline = time.monotonic() + 30
    while len(project.store.annotations()) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    return project.store.annotations()


def all_saved(page: sync_api.Page) -> None:
    expect(part(page, "saved")).to_have_text("All saved", timeout=SOON)


def shown(page: sync_api.Page) -> tuple[str, str, str]:
    """Return the example and the two responses on screen."""
    return tuple(part(page, name).inner_text() for name in ("card", "first", "second"))


def test_choices_are_kept_with_what_was_on_screen_and_exported(
    desk: sync_api.Page, project: Project, tmp_path: Path
) -> None:
    seen = []
    for key in ("1", "2", "t", "x"):
        seen.append(shown(desk))
        desk.keyboard.press(key)
        expect(part(desk, "card")).not_to_have_text(seen[-1][0], timeout=SOON)
    said = wait_for(project, 4)
    texts = {e.id: e.input for e in project.store.examples()}
    first, second, tie, bad = said
    assert [texts[a.example_id] for a in said] == [text for text, *_ in seen]
    assert (first.action, first.answer, first.rejected) == ("prefer", *seen[0][1:])
    assert (second.action, second.rejected, second.answer) == ("prefer", *seen[1][1:])
    for neither, number, note in ((tie, 2, "tie"), (bad, 3, "both bad")):
        assert (neither.action, neither.shown, neither.rejected) == ("skip", *seen[number][1:])
        assert neither.note == note
    assert (tie.flagged, bad.flagged) == (False, True)
    assert {a.drawn for a in said} == {a.mode for a in said} == {"compare"}
    assert all(a.shown is None for a in (first, second))
    left = loop.export_preferences(project, tmp_path / "pairs.jsonl").left_out
    records = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert [r["prompt"][-1]["content"] for r in records] == [seen[0][0], seen[1][0]]
    assert [r["chosen"][0]["content"] for r in records] == [seen[0][1], seen[1][2]]
    assert {reason: len(ids) for reason, ids in left.items()} == {"nobody finds one better": 2}
    assert loop.compare_cards(project, Split.TRAIN, said[0].reviewer) == ()


def test_the_better_one_is_edited_and_an_undo_takes_both_back(
    desk: sync_api.Page, project: Project
) -> None:
    text, one, other = shown(desk)
    desk.keyboard.press("e")
    expect(part(desk, "which")).to_have_text("Edit which one, 1 or 2?")
    desk.keyboard.press("2")
    expect(part(desk, "draft")).to_have_value(other)
    desk.keyboard.type(" Mended.")
    desk.reload()
    expect(part(desk, "draft")).to_have_value(f"{other} Mended.", timeout=SOON)
    desk.keyboard.press("Control+Enter")
    answer, preference = wait_for(project, 2)
    assert (answer.action, answer.answer, answer.mode) == ("answer", f"{other} Mended.", "compare")
    assert (answer.shown, answer.rejected) == (other, other)
    assert (preference.action, preference.answer, preference.rejected) == ("prefer", other, one)
    found = loop.collect_preferences(project).pairs
    assert {(p.chosen, p.rejected, p.source) for p in found} == {
        (other, one, "choice"),
        (f"{other} Mended.", other, "edit"),
    }
    desk.keyboard.press("u")
    expect(part(desk, "card")).to_have_text(text)
    expect(part(desk, "draft")).to_have_value(f"{other} Mended.")
    wait_for(project, 3)
    assert loop.collect_preferences(project).pairs == ()
    desk.keyboard.press("Escape")
    expect(part(desk, "first")).to_have_text(one)
    desk.keyboard.press("ArrowLeft")
    assert wait_for(project, 4)[-1].answer == one


def test_differences_are_marked_and_the_sources_are_nowhere(desk: sync_api.Page) -> None:
    assert part(desk, "first").locator("mark").count() == 0
    desk.keyboard.press("d")
    expect(part(desk, "first").locator("mark").first).to_be_visible()
    expect(part(desk, "second").locator("mark").first).to_be_visible()
    page = desk.locator(".labeller").inner_html()
    assert "column:" not in page
    assert "response_a" not in page


def test_an_edited_draft_keeps_both_versions_and_the_rating(
    writing: sync_api.Page, project: Project
) -> None:
    draft = part(writing, "draft").input_value()
    words = draft.split()
    assert len(words) == 12
    writing.keyboard.press("Enter")
    writing.keyboard.type(" and 1 more")
    writing.keyboard.press("Alt+4")
    expect(part(writing, "base").locator("ins")).to_have_text("and 1 more")
    expect(part(writing, "rating").get_by_role("button", pressed=True)).to_have_text("4")
    expect(part(writing, "length")).to_contain_text("15 words")
    writing.keyboard.press("Control+Enter")
    edited = wait_for(project, PAIRS + 1)[-1]
    assert (edited.action, edited.answer) == ("answer", f"{draft} and 1 more")
    assert (edited.shown, edited.rejected, edited.rating) == (draft, draft, 4)
    writing.keyboard.press("Escape")
    second = part(writing, "draft").input_value()
    writing.keyboard.press("5")
    writing.keyboard.press("Control+Enter")
    taken = wait_for(project, PAIRS + 2)[-1]
    assert (taken.answer, taken.shown, taken.rejected, taken.rating) == (second, second, None, 5)
    (pair,) = [p for p in loop.collect_preferences(project).pairs if p.source == "edit"]
    assert (pair.chosen, pair.rejected) == (edited.answer, draft)


def test_what_was_typed_outlives_going_back_a_reload_and_a_killed_server(
    writing: sync_api.Page, project: Project, server: Server, watch: Watch
) -> None:
    text = part(writing, "card").inner_text()
    writing.keyboard.press("Enter")
    writing.keyboard.type(" typed")
    typed = part(writing, "draft").input_value()
    writing.keyboard.press("Escape")
    writing.keyboard.press("b")  # to the last comparison, and forward again
    expect(part(writing, "first")).to_be_visible()
    writing.keyboard.press("Escape")
    expect(part(writing, "draft")).to_have_value(typed)
    watch.down = True
    server.kill()
    writing.keyboard.press("Enter")
    writing.keyboard.type(" on")
    server.start()
    expect(writing.locator('[role="dialog"]')).to_have_count(0, timeout=SOON)
    expect(part(writing, "draft")).to_have_value(f"{typed} on", timeout=SOON)
    writing.reload()
    expect(part(writing, "card")).to_have_text(text, timeout=SOON)
    expect(part(writing, "draft")).to_have_value(f"{typed} on")
    watch.down = False
    writing.keyboard.press("Control+Enter")
    assert wait_for(project, PAIRS + 1)[-1].answer == f"{typed} on"
    all_saved(writing)
    assert len(project.store.annotations()) == PAIRS + 1


def test_typing_is_not_disturbed_by_what_the_server_sends(
    writing: sync_api.Page, project: Project
) -> None:
    writing.keyboard.press("Control+Enter")  # its confirmation arrives while the next is typed
    writing.keyboard.press("Enter")
    writing.keyboard.press("Control+Home")
    writing.keyboard.type("Slowly typed in front ", delay=60)
    wait_for(project, PAIRS + 1)
    assert part(writing, "draft").input_value().startswith("Slowly typed in front ")


def test_going_back_shows_the_answer_to_change_and_undo_brings_the_card_again(
    writing: sync_api.Page, project: Project
) -> None:
    draft = part(writing, "draft").input_value()
    writing.keyboard.press("Enter")
    writing.keyboard.type(" A")
    writing.keyboard.press("Control+Enter")
    wait_for(project, PAIRS + 1)
    writing.keyboard.press("Escape")
    writing.keyboard.press("b")
    expect(part(writing, "draft")).to_have_value(f"{draft} A")
    part(writing, "draft").focus()
    writing.keyboard.press("Control+End")
    writing.keyboard.type("B")
    writing.keyboard.press("Control+Enter")
    said = wait_for(project, PAIRS + 3)[PAIRS:]
    assert [(a.action, a.answer) for a in said] == [
        ("answer", f"{draft} A"),
        ("undo", None),
        ("answer", f"{draft} AB"),
    ]
    assert said[-1].rejected == draft
    writing.keyboard.press("Escape")
    writing.keyboard.press("u")
    expect(part(writing, "draft")).to_have_value(f"{draft} AB")
    wait_for(project, PAIRS + 4)
    assert all(p.source == "choice" for p in loop.collect_preferences(project).pairs)


def test_the_exam_is_written_without_a_draft(
    page: sync_api.Page, server: Server, watch: Watch
) -> None:
    page.goto(f"{server.url}/review?scope=Exam")
    expect(part(page, "draft")).to_be_visible(timeout=SOON)
    expect(part(page, "draft")).to_have_value("")
    expect(part(page, "shown")).to_be_hidden()
    assert "CANARY" not in page.locator(".labeller").inner_html()


def serious(page: sync_api.Page) -> list[str]:
    """Return what axe finds in the labeller that is serious or critical, and where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="it looks for faults")
    found = axe.Axe().run(page, context=['[class*="st-key-labeller"]']).response
    assert any("response" in node["html"] for rule in found["passes"] for node in rule["nodes"])
    return [
        f"{issue['id']}: {[node['html'][:120] for node in issue['nodes']]}"
        for issue in found["violations"]
        if issue["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_whatever_is_asked(desk: sync_api.Page, scheme: Any) -> None:
    desk.emulate_media(color_scheme=scheme)
    desk.reload()
    expect(part(desk, "first")).to_be_visible(timeout=SOON)
    assert serious(desk) == []
    for key in ("d", "e"):
        desk.keyboard.press(key)
    assert serious(desk) == []
    desk.keyboard.press("1")
    desk.keyboard.press("Control+Backspace")
    desk.keyboard.type("something else")
    desk.keyboard.press("Alt+2")
    expect(part(desk, "base").locator("del")).to_be_visible()
    assert serious(desk) == []


@pytest.mark.parametrize("size", [(700, 500), (390, 844)])
def test_nothing_is_cut_off_when_the_window_is_small(
    desk: sync_api.Page, size: tuple[int, int]
) -> None:
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    desk.wait_for_timeout(400)
    wide = """(names) => names.map((name) => {
        const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean);
        const part = roots.map((r) => r.querySelector(`[data-part="${name}"]`)).find(Boolean);
        return part.scrollWidth - part.clientWidth;
    })"""
    names = ["first", "second", "choosing", "controls"]
    assert desk.evaluate(wide, names) == [0] * len(names)
    desk.keyboard.press("e")
    desk.keyboard.press("1")
    names = ["base", "draft", "rating", "controls"]
    assert desk.evaluate(wide, names) == [0] * len(names)
