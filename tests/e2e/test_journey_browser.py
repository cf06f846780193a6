"""Once round the whole ring in a real browser, with everything killed on the way that can be."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from curation import datasets
from curation.project import Project, open_project
from curation.types import RunStatus, Split, Word
from studio import loop, samples
from training import runs

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
expect = sync_api.expect
ROOT = Path(__file__).parents[2]
SOON, LATER, MUCH_LATER = 30_000, 180_000, 420_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    folder = tmp_path / "projects"
    folder.mkdir()
    return folder


@pytest.fixture
def server(serve: Callable[..., Server], projects: Path) -> Server:
    return serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(projects))


@pytest.fixture(autouse=True)
def first_listener(page: sync_api.Page) -> None:
    """Record what is on screen before the labeller's own listener acts on a key."""
    page.add_init_script(
        """window.seen = []; window.addEventListener('keydown', (event) => {
            const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot);
            const card = roots.filter(Boolean).map((r) => r.querySelector('.card')).find(Boolean);
            if (card && /[1-9]/.test(event.key))
                window.seen.push([card.textContent, Number(event.key)]);
        }, true)"""
    )


def settle(page: sync_api.Page) -> None:
    """Wait until the app is connected and no script runs."""
    page.wait_for_timeout(150)
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=SOON)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=SOON)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def go_to(page: sync_api.Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=SOON)
    settle(page)


def click(page: sync_api.Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(rf"\b{name}\b")).first.click()


def part(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(f'[data-part="{name}"]')


def all_saved(page: sync_api.Page) -> None:
    expect(part(page, "saved")).to_have_text("All saved", timeout=SOON)


def press(page: sync_api.Page, count: int, gap: int = 60) -> None:
    for number in range(count):
        page.keyboard.press(str(number % 9 + 1))
        page.wait_for_timeout(gap)


def seen(page: sync_api.Page) -> list[tuple[str, int]]:
    return [(text, digit) for text, digit in page.evaluate("() => window.seen")]


def said(project: Project) -> list[tuple[str, int]]:
    """Return the text and the key of every decision in the store, in order."""
    annotations = project.store.annotations()
    texts = {e.id: e.input for e in project.store.examples(ids=[a.example_id for a in annotations])}
    labels = project.task.labels
    return [(texts[a.example_id], labels.index(a.answer or "") + 1) for a in annotations]


def wait_for(condition: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def label_thirty(page: sync_api.Page, project: Project) -> None:
    go_to(page, "Review")
    expect(page.locator(".card")).not_to_be_empty(timeout=SOON)  # its frame is there before it
    press(page, 30)
    all_saved(page)
    assert said(project) == seen(page)
    assert len({annotation.example_id for annotation in project.store.annotations()}) == 30


def freeze(page: sync_api.Page, project: Project, version: str) -> datasets.DatasetManifest:
    go_to(page, "Dataset")
    click(page, "Freeze")
    expect(page.get_by_text(f"{version} is frozen")).to_be_visible(timeout=SOON)
    return datasets.read_manifest(project.datasets / version)


def train_through_a_kill(page: sync_api.Page, project: Project) -> str:
    """Launch six steps, kill the worker while it trains, resume, and wait for the end."""
    go_to(page, "Train")
    page.get_by_text("More", exact=True).click()
    steps = page.get_by_role("spinbutton", name="Max steps")
    steps.fill("6")
    steps.press("Enter")
    settle(page)
    click(page, "Launch")
    (run,) = wait_for(lambda: [s.spec.id for s in loop.list_runs(project)], 30)
    expect(page.get_by_role("heading", name=run)).to_be_visible(timeout=SOON)
    assert loop.read_state(project, run).spec.parameters == {"max_steps": 6}

    wait_for(lambda: loop.read_state(project, run).step >= 1, 240)
    events, _ = runs.read_lines(project.runs / run / runs.STATUS)
    os.kill(next(event["pid"] for event in events if "pid" in event), signal.SIGKILL)
    expect(page.get_by_text("interrupted").first).to_be_visible(timeout=SOON)
    click(page, "Resume")
    expect(page.get_by_text("Evaluate it")).to_be_visible(timeout=LATER)
    state = loop.read_state(project, run)
    assert (state.status, state.step, state.total_steps) == (RunStatus.FINISHED, 6, 6)
    return run


def evaluate(page: sync_api.Page, project: Project, run: str) -> None:
    go_to(page, "Evaluate")
    click(page, "Evaluate on validation")
    expect(page.get_by_text("Evaluating on validation")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("heading", name="Validation")).to_be_visible(timeout=MUCH_LATER)
    found = loop.read_evaluation(project, run, Split.VALIDATION)
    assert found is not None
    assert found.scores[0].n == 176
    assert loop.read_evaluation(project, run, Split.TEST) is None
    assert project.store.openings() == ()


def answer_the_finding(page: sync_api.Page, project: Project) -> set[str]:
    """Send the commonest confusion to review and answer every card it asks about."""
    go_to(page, "Errors")
    click(page, "Send the nearest training rows to review")
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible(timeout=SOON)
    (finding,) = project.store.findings()
    wanted = set(finding.example_ids)
    assert wanted
    for _ in wanted:
        expect(part(page, "reason")).to_contain_text("Finding:", timeout=SOON)
        press(page, 1, gap=200)
    all_saved(page)
    assert wait_for(lambda: project.store.findings()[0].closed_by, 10) == "reviewed"
    return wanted


def test_from_an_empty_folder_round_the_ring(
    page: sync_api.Page, server: Server, watch: Watch, projects: Path
) -> None:
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Welcome to Tunesmith")).to_be_visible(timeout=SOON)
    click(page, "Open the sample project")
    expect(page.get_by_role("heading", name="retail")).to_be_visible(timeout=SOON)
    project = open_project(projects / "retail")

    go_to(page, "Functions")
    click(page, "Run the functions")
    expect(page.get_by_test_id("stMetric").first).to_contain_text("%", timeout=SOON)

    label_thirty(page, project)
    first = freeze(page, project, "v0001")
    assert first.words[Word.PERSON] == 30

    run = train_through_a_kill(page, project)
    evaluate(page, project, run)

    reviewed = answer_the_finding(page, project)
    second = freeze(page, project, "v0002")
    rows = datasets.read_rows(project.datasets / "v0002", Split.TRAIN)
    assert reviewed <= {row.id for row in rows if row.word is Word.PERSON}
    assert second.words[Word.PERSON] == 30 + len(reviewed)
    assert second.findings_closed == tuple(f.id for f in project.store.findings())

    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Turns of the ring")).to_be_visible(timeout=SOON)
    settle(page)
    assert watch.complaints == []


def test_a_killed_app_loses_and_doubles_no_decision(
    page: sync_api.Page, server: Server, watch: Watch, projects: Path
) -> None:
    project = samples.open_sample("retail", projects)
    loop.vote(project)
    page.goto(server.url)
    expect(page.get_by_role("heading", name="retail")).to_be_visible(timeout=SOON)
    go_to(page, "Review")
    expect(page.locator(".card")).to_be_visible(timeout=SOON)
    press(page, 12)
    watch.down = True
    server.kill()
    press(page, 9)
    expect(part(page, "saved")).to_contain_text("unsaved")
    server.start()
    expect(page.locator('[role="dialog"]')).to_have_count(0, timeout=SOON)
    press(page, 9)
    expect(part(page, "saved")).to_have_text("All saved", timeout=60_000)
    watch.down = False
    assert said(project) == seen(page)
    assert len({annotation.example_id for annotation in project.store.annotations()}) == 30
    uids = [annotation.uid for annotation in project.store.annotations()]
    assert len(set(uids)) == 30


NASTY = "**bold** <script>document.title='x'</script> :material/home: $x^2$ [a](http://a.example)"


def test_markup_in_names_and_texts_is_read_as_it_was_written(
    page: sync_api.Page, server: Server, watch: Watch, projects: Path
) -> None:
    from curation.project import Settings, create_project, default_task
    from curation.types import Example, TaskKind, example_id

    task = default_task(TaskKind.CLASSIFY, (NASTY, "other"), NASTY)
    project = create_project(projects / "shop", Settings(name=NASTY, task=task))
    row = Example(id=example_id(NASTY), input=NASTY, reference="other", group="x", source=NASTY)
    project.store.add_examples([row])
    page.goto(server.url)
    heading = page.get_by_role("heading").first
    expect(heading).to_be_visible(timeout=SOON)
    assert heading.inner_text().replace("\u2060", "").split() == NASTY.split()
    caption = page.get_by_test_id("stCaptionContainer").first
    assert caption.inner_text().replace("\u2060", "").split() == NASTY.split()
    go_to(page, "Review")
    expect(page.locator(".card")).to_have_text(NASTY)
    go_to(page, "Data")
    assert page.title() != "x"
    assert page.locator("strong:has-text('bold'), .katex, a[href*='a.example']").count() == 0
