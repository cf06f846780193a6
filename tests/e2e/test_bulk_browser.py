"""Bulk review in a real browser: a page at a time, against a real server that gets killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from curation.project import Project, Settings, create_project, default_task
from curation.types import Annotation, Example, TaskKind, example_id
from curation.vectors import append, begin
from studio import loop
from studio.stations.embedding import embedding_folder

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
ROOT = Path(__file__).parents[2]
LABELS = ("card", "cash")
ROWS = 160
TEXTS = [f"<b>{LABELS[n % 2]}</b> question number {n}" for n in range(ROWS)]

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project of two kinds of text, ten of each answered, with a quick model."""
    task = default_task(TaskKind.CLASSIFY, LABELS)
    made = create_project(tmp_path / "projects" / "shop", Settings(name="shop", task=task))
    ids = [example_id(text) for text in TEXTS]
    made.store.add_examples(
        Example(id=id_, input=text, group=text) for id_, text in zip(ids, TEXTS, strict=True)
    )
    noise = np.random.default_rng(0).normal(0, 0.1, (ROWS, 16))
    rows = noise + np.eye(16)[np.arange(ROWS) % 2]
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    folder = embedding_folder(made)
    folder.mkdir(parents=True)
    append(folder, begin(folder, made.settings.embedding_model, 16), ids, rows, cut=0)
    loop.answer(
        made,
        [
            Annotation(uid=f"u{n}", example_id=ids[n], answer=LABELS[n % 2], reviewer="mia")
            for n in range(20)
        ],
    )
    loop.refit(made)
    return made


@pytest.fixture
def server(tmp_path: Path, project: Project, serve: Callable[..., Server]) -> Server:
    return serve(ROOT / "app.py", tmp_path, TUNESMITH_PROJECTS=str(project.folder.parent))


@pytest.fixture
def bulk(page: sync_api.Page, server: Server, watch: Watch) -> sync_api.Page:
    page.goto(f"{server.url}/review?view=bulk&like=card")
    sync_api.expect(part(page, "accept-words")).to_have_text(
        "Accept 25 of 25 as card", timeout=60_000
    )
    return page


def part(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(f'[data-part="{name}"]')


def texts(page: sync_api.Page, kind: str = "li") -> list[str]:
    return list(page.locator(f".sheet {kind} .text").all_inner_texts())


def check(page: sync_api.Page, key: str = "1") -> None:
    """Answer the rows that are shown without a label: Enter goes to the next."""
    for _ in range(2):
        page.keyboard.press("Enter")
        page.keyboard.press(key)


def said(project: Project) -> list[Annotation]:
    return [word for word in project.store.annotations() if word.mode == "bulk"]


def wait_for(project: Project, count: int) -> list[Annotation]:
    deadline = time.monotonic() + 30
    while len(said(project)) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    return said(project)


def test_a_page_is_accepted_with_its_exceptions(bulk: sync_api.Page, project: Project) -> None:
    shown, checks = texts(bulk), texts(bulk, "li.check")
    assert len(checks) == 2
    assert all(text.startswith("<b>card</b>") for text in shown)
    plain = [text for text in shown if text not in checks]
    bulk.get_by_text(plain[0], exact=True).click()  # an exception
    bulk.get_by_text(plain[1], exact=True).click()
    bulk.keyboard.press("2")  # clicked out, then given another label
    sync_api.expect(part(bulk, "accept-words")).to_have_text(
        "Accept 23 of 25 as card, 1 as other labels"
    )
    bulk.keyboard.press("Enter")
    sync_api.expect(part(bulk, "to-check")).to_contain_text("2 to check first")
    assert said(project) == []
    check(bulk)
    bulk.keyboard.press("Enter")
    words = wait_for(project, 25)
    by_text = dict(zip(map(example_id, TEXTS), TEXTS, strict=True))
    found = {by_text[word.example_id]: word for word in words}
    assert set(found) == set(shown)
    assert (found[plain[0]].action, found[plain[0]].answer) == ("refuse", "card")
    assert (found[plain[1]].answer, found[plain[1]].shown) == ("cash", "card")
    assert {found[text].shown for text in checks} == {None}
    assert Counter((w.action, w.answer) for w in words)["answer", "card"] == 23
    assert {word.drawn for word in words} == {"bulk"}
    assert len({word.batch for word in words}) == 1
    assert len({word.uid for word in words}) == 25
    sync_api.expect(part(bulk, "checks")).to_have_text("Checks: 2 of 2 as proposed")
    sync_api.expect(part(bulk, "saved")).to_have_text("All saved", timeout=15_000)
    assert not set(texts(bulk)) & set(shown)


def test_undo_brings_the_page_back_and_keeps_nothing_of_it(
    bulk: sync_api.Page, project: Project
) -> None:
    shown = texts(bulk)
    check(bulk)
    bulk.keyboard.press("Enter")
    wait_for(project, 25)
    bulk.keyboard.press("u")
    assert texts(bulk) == shown
    sync_api.expect(part(bulk, "saved")).to_have_text("All saved", timeout=15_000)
    undone = [word for word in project.store.annotations() if word.action == "undo"]
    assert len(undone) == 25
    bulk.keyboard.press("Enter")
    sync_api.expect(part(bulk, "saved")).to_have_text("All saved", timeout=15_000)
    batches = [done for done in loop.recent_batches(project) if done.id.startswith("bulk-")]
    assert sorted(done.standing for done in batches) == [0, 25]


def test_an_accepted_page_can_be_taken_back_from_the_list(
    bulk: sync_api.Page, project: Project
) -> None:
    check(bulk)
    bulk.keyboard.press("Enter")
    wait_for(project, 25)
    bulk.get_by_text("Accepted pages").click()
    sync_api.expect(bulk.get_by_text("card · 25 of 25")).to_be_visible()
    bulk.get_by_role("button", name="Undo", exact=True).click()
    sync_api.expect(bulk.get_by_text("Accepted pages")).to_have_count(0, timeout=15_000)
    assert not any(done.standing for done in loop.recent_batches(project))


def test_a_killed_server_and_a_reload_lose_and_double_nothing(
    bulk: sync_api.Page, server: Server, project: Project, watch: Watch
) -> None:
    first = texts(bulk)
    watch.down = True
    server.kill()
    check(bulk)
    bulk.keyboard.press("Enter")
    sync_api.expect(part(bulk, "saved")).to_contain_text("25 unsaved")
    second = texts(bulk)
    bulk.keyboard.press("Space")
    server.start()
    bulk.on("dialog", lambda dialog: dialog.accept())  # the warning about what is not saved
    bulk.reload()
    sync_api.expect(part(bulk, "saved")).to_have_text("All saved", timeout=60_000)
    watch.down = False
    by_id = dict(zip(map(example_id, TEXTS), TEXTS, strict=True))
    assert sorted(by_id[word.example_id] for word in wait_for(project, 25)) == sorted(first)
    assert texts(bulk) == second  # the page begun is there as it was left
    sync_api.expect(bulk.locator(".sheet li.left")).to_have_count(1)


def test_two_people_are_not_given_the_same(
    bulk: sync_api.Page, browser: sync_api.Browser, server: Server
) -> None:
    other = browser.new_context().new_page()
    other.goto(f"{server.url}/review?view=bulk&like=card&reviewer=ben")
    sync_api.expect(part(other, "accept")).to_be_visible(timeout=60_000)
    mine = set(texts(bulk))
    assert texts(other)
    assert not mine & set(texts(other))
    other.context.close()


def test_text_is_never_rendered_and_axe_finds_nothing_serious(bulk: sync_api.Page) -> None:
    assert bulk.locator(".sheet b").count() == 0
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="it looks for faults")
    bulk.keyboard.press("ArrowDown")
    bulk.keyboard.press("Space")
    found = axe.Axe().run(bulk, context=['[class*="st-key-sheet"]']).response
    assert any("checkbox" in node["html"] for rule in found["passes"] for node in rule["nodes"])
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"]) for v in serious] == []
