"""Disagreements decided in a real browser, by keys, while the server gets killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curation.project import Project, Settings, create_project, default_task, open_project
from curation.spans import write_spans
from curation.types import Annotation, Example, Span, TaskKind, example_id
from studio import loop

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
expect = sync_api.expect
ROOT = Path(__file__).parents[2]
BANKING = ROOT.parent / "shared" / "data" / "banking77" / "train.csv"
SOON = 60_000
LABELS = ("card", "cash", "refund", "transfer")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LISTEN = """window.seen = []; window.addEventListener('keydown', (event) => {
    const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot);
    const card = roots.filter(Boolean).map((r) => r.querySelector('.card')).find(Boolean);
    if (card && /^[12]$/.test(event.key)) window.seen.push([card.textContent, event.key]);
}, true)"""


def seed(folder: Path, kind: TaskKind, answers: dict[str, tuple[str, str]]) -> Project:
    """Make a project in which mia and ben answered each text, each in their way."""
    labels = () if kind is TaskKind.GENERATE else LABELS
    project = create_project(
        folder / "shop", Settings(name="shop", task=default_task(kind, labels))
    )
    project.store.add_examples(Example(id=example_id(t), input=t, group=t) for t in answers)
    project.store.add_annotations(
        Annotation(
            uid=f"{who} {text}",
            example_id=example_id(text),
            answer=answer,
            reviewer=who,
            note="he pays in coins" if who == "ben" else "",
        )
        for text, pair in answers.items()
        for who, answer in zip(("mia", "ben"), pair, strict=True)
    )
    return project


def texts(number: int) -> dict[str, tuple[str, str]]:
    return {f"<b>Text</b> {n:02}": ("card", "cash") for n in range(number)}


@pytest.fixture
def desk(
    tmp_path: Path, serve: Callable[..., Server], page: sync_api.Page
) -> Callable[..., Server]:
    """Return a way to open the disagreements of the project made in `tmp_path`, as eva."""

    def opened() -> Server:
        server = serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(tmp_path))
        page.add_init_script(LISTEN)
        page.goto(f"{server.url}/review?reviewer=eva&view=disagreements")
        expect(part(page, "decide")).to_be_visible(timeout=SOON)
        return server

    return opened


def part(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(f'[data-part="{name}"]')


def card(page: sync_api.Page) -> sync_api.Locator:
    return page.locator(".card")


def all_saved(page: sync_api.Page) -> None:
    expect(part(page, "saved")).to_have_text("All saved", timeout=SOON)


def by_eva(project: Project, count: int) -> list[tuple[str, str, str | None]]:
    """Return what eva said, once there is as much as that."""
    names = {e.id: e.input for e in project.store.examples()}
    deadline = time.monotonic() + 40
    while True:
        said = [a for a in project.store.annotations() if a.reviewer == "eva"]
        if len(said) >= count or time.monotonic() > deadline:
            return [(names[a.example_id], a.action, a.answer) for a in said]
        time.sleep(0.1)


def test_a_disagreement_is_decided_undone_and_decided_again(
    tmp_path: Path, desk: Callable[..., Server], page: sync_api.Page, watch: Watch
) -> None:
    project = seed(tmp_path, TaskKind.CLASSIFY, texts(6))
    desk()
    expect(card(page)).to_have_text("<b>Text</b> 00")
    expect(part(page, "reason")).to_have_text("2 people disagree")
    given = part(page, "given")
    expect(given).to_contain_text("he pays in coins")
    expect(given.get_by_text("mia", exact=True)).to_be_hidden()
    page.keyboard.press("r")
    expect(given.get_by_text("mia")).to_be_visible()
    expect(given.get_by_text("ben")).to_be_visible()
    page.keyboard.press("2")
    expect(card(page)).to_have_text("<b>Text</b> 01")
    expect(given.get_by_text("mia")).to_be_hidden()  # hidden anew on every card
    assert by_eva(project, 1) == [("<b>Text</b> 00", "decide", "cash")]
    page.keyboard.press("u")
    expect(card(page)).to_have_text("<b>Text</b> 00")
    page.keyboard.press("c")  # the first letter that means nothing else is a, then c
    page.keyboard.press("x")
    expect(card(page)).to_have_text("<b>Text</b> 02")
    page.keyboard.press("/")
    page.keyboard.type("ref")
    page.keyboard.press("Enter")
    expect(card(page)).to_have_text("<b>Text</b> 03")
    page.keyboard.press("s")
    all_saved(page)
    assert by_eva(project, 6)[1:] == [
        ("<b>Text</b> 00", "undo", None),
        ("<b>Text</b> 00", "decide", "transfer"),
        ("<b>Text</b> 01", "exclude", None),
        ("<b>Text</b> 02", "decide", "refund"),
        ("<b>Text</b> 03", "skip", None),
    ]
    resolved = loop.resolve_all(open_project(project.folder), None, None)
    assert resolved.resolutions[example_id("<b>Text</b> 00")].answer == "transfer"
    cases, _ = loop.to_decide(project, loop.said_in(project), "eva")
    assert [case.example_id for case in cases][-1] == example_id("<b>Text</b> 03")


@pytest.mark.parametrize("kind", list(TaskKind))
def test_axe_finds_nothing_serious(
    tmp_path: Path, desk: Callable[..., Server], page: sync_api.Page, watch: Watch, kind: TaskKind
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="it looks for faults")
    spans = write_spans([Span(start=0, end=4, label="cash")]), "[]"
    answers = spans if kind is TaskKind.EXTRACT else ("card", "cash")
    seed(tmp_path, kind, {"Some text": answers})
    desk()
    page.keyboard.press("r")
    page.keyboard.press("e")
    found = axe.Axe().run(page, context=['[class*="st-key-decide"]']).response
    assert any("answer" in node["html"] for rule in found["passes"] for node in rule["nodes"])
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"]) for v in serious] == []


def test_fast_keys_and_a_killed_server_lose_double_and_misplace_nothing(
    tmp_path: Path, desk: Callable[..., Server], page: sync_api.Page, watch: Watch
) -> None:
    project = seed(tmp_path, TaskKind.CLASSIFY, texts(30))
    server = desk()
    for number in range(10):
        page.keyboard.press(str(number % 2 + 1))
        page.wait_for_timeout(25)
    watch.down = True
    server.kill()
    for number in range(6):
        page.keyboard.press(str(number % 2 + 1))
        page.wait_for_timeout(25)
    server.start()
    expect(page.locator('[role="dialog"]')).to_have_count(0, timeout=SOON)
    all_saved(page)
    watch.down = False
    seen = page.evaluate("() => window.seen")
    assert len(seen) == 16
    answers = {"1": "card", "2": "cash"}
    assert by_eva(project, 16) == [(text, "decide", answers[key]) for text, key in seen]


def test_spans_are_shown_in_the_text_and_one_set_is_decided_for(
    tmp_path: Path, desk: Callable[..., Server], page: sync_api.Page, watch: Watch
) -> None:
    text = "😀 Cash on my card, please"
    one = write_spans([Span(start=2, end=6, label="cash")])
    both = write_spans([Span(start=2, end=6, label="cash"), Span(start=13, end=17, label="card")])
    project = seed(tmp_path, TaskKind.EXTRACT, {text: (both, one)})
    desk()
    expect(card(page)).to_have_text(text)
    marks = part(page, "given").locator("mark.span")
    assert sorted(marks.all_inner_texts()) == ["Cash", "Cash", "card"]
    place = 1 + ["card" in m for m in _marks_of(page)].index(True)
    page.keyboard.press(str(place))
    assert by_eva(project, 1) == [(text, "decide", both)]
    (said,) = (a for a in project.store.annotations() if a.reviewer == "eva")
    assert [(span.start, span.end) for span in said.spans] == [(2, 6), (13, 17)]


def _marks_of(page: sync_api.Page) -> list[list[str]]:
    answers = part(page, "given").locator(".given-answer").all()
    return [answer.locator("mark.span").all_inner_texts() for answer in answers]


def test_a_response_is_decided_for_or_a_better_one_is_written(
    tmp_path: Path, desk: Callable[..., Server], page: sync_api.Page, watch: Watch
) -> None:
    answers = {"First text": ("Hi.", "Hello."), "Second text": ("They may.", "They can.")}
    project = seed(tmp_path, TaskKind.GENERATE, answers)
    desk()
    page.keyboard.press("1")
    expect(card(page)).to_have_text("Second text")
    page.keyboard.press("e")
    expect(part(page, "decided")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" 1 s x")
    page.keyboard.press("Control+Enter")
    all_saved(page)
    first, second = by_eva(project, 2)
    assert first == ("First text", "decide", "Hello.")
    assert second == ("Second text", "decide", "They can. 1 s x")


@pytest.mark.skipif(not BANKING.exists(), reason="Banking77 is not on this machine")
def test_two_annotators_in_conflict_over_banking77(
    tmp_path: Path, desk: Callable[..., Server], page: sync_api.Page, watch: Watch
) -> None:
    task = default_task(TaskKind.CLASSIFY)
    project = create_project(tmp_path / "bank", Settings(name="bank", task=task))
    loop.import_file(project, BANKING)
    project = open_project(project.folder)
    labels = project.task.labels
    chosen = [e for e in project.store.examples()[:40] if e.reference]
    project.store.add_annotations(
        Annotation(uid=f"{who}{e.id}", example_id=e.id, reviewer=who, answer=answer)
        for n, e in enumerate(chosen)
        for who, answer in (("mia", e.reference), ("ben", e.reference if n % 2 else labels[n]))
    )
    conflicts = len(loop.to_decide(project, loop.said_in(project), "eva")[0])
    assert conflicts >= 15
    desk()
    for _ in range(5):
        page.keyboard.press("1")
    page.keyboard.press("/")
    page.keyboard.type("lost or stolen card")
    page.keyboard.press("Enter")
    all_saved(page)
    said = by_eva(project, 6)
    assert [answer for *_, answer in said][-1] == "lost_or_stolen_card"
    assert len({text for text, *_ in said}) == 6
    left, _ = loop.to_decide(project, loop.said_in(project), "eva")
    assert len(left) == conflicts - 6
