"""Ten people label at once, each in a browser session of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from curation.project import Project, change_settings, open_project
from curation.types import Annotation, example_id
from curation.words import answers_of_people, standing_words
from studio.samples import open_sample

if TYPE_CHECKING:
    from tests.e2e.conftest import Server

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
ROOT = Path(__file__).parents[2]
PEOPLE, DECISIONS = 10, 24

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LISTEN = """window.seen = []; window.addEventListener('keydown', (event) => {
    const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot);
    const card = roots.filter(Boolean).map((r) => r.querySelector('.card')).find(Boolean);
    if (card && /^[1-9]$/.test(event.key)) window.seen.push(card.textContent);
}, true)"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return open_sample("retail", tmp_path / "projects")


@pytest.fixture
def tabs(
    browser: sync_api.Browser, serve: Callable[..., Server], project: Project
) -> Iterator[list[sync_api.Page]]:
    """Ten sessions on the Review page, each with a name of its own."""
    server = serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(project.folder.parent))
    with ExitStack() as contexts:
        opened = []
        for number in range(PEOPLE):
            context = browser.new_context()
            contexts.callback(context.close)
            tab = context.new_page()
            tab.add_init_script(LISTEN)
            tab.goto(f"{server.url}/review?reviewer=reviewer+{number}")
            opened.append(tab)
        for tab in opened:
            sync_api.expect(tab.locator(".card")).not_to_be_empty(timeout=120_000)
        yield opened


def label_in_turns(tabs: list[sync_api.Page], number: int) -> None:
    """Let everybody press a key in turn, as often as that, and wait until all is stored.

    Whoever is quicker than the server can hand out cards waits for the next one, as people do.
    """
    for turn in range(number):
        for tab in tabs:
            sync_api.expect(tab.locator(".card")).to_be_visible(timeout=120_000)
            tab.keyboard.press(str(turn % 3 + 1))
    for tab in tabs:
        saved = tab.locator('[data-part="saved"]')
        sync_api.expect(saved).to_have_text("All saved", timeout=120_000)


def said_by(annotations: tuple[Annotation, ...], who: str) -> list[str]:
    return [a.example_id for a in annotations if a.reviewer == who and a.action != "undo"]


@pytest.mark.parametrize("people", [1, 2])
def test_nothing_is_lost_doubled_or_asked_too_often(
    project: Project, people: int, request: pytest.FixtureRequest
) -> None:
    review = project.settings.review.model_copy(update={"people": people, "verify_from": 2.0})
    change_settings(project, project.settings.model_copy(update={"review": review}))
    tabs: list[sync_api.Page] = request.getfixturevalue("tabs")
    label_in_turns(tabs, DECISIONS)
    seen: list[list[str]] = [tab.evaluate("() => window.seen") for tab in tabs]

    store = open_project(project.folder).store
    said = store.annotations()
    for number, texts in enumerate(seen):
        mine = said_by(said, f"reviewer {number}")
        assert len(mine) == len(texts) == DECISIONS, "lost or doubled"
        assert mine == [example_id(text) for text in texts], "on the wrong example"
        assert len(set(mine)) == len(mine), "asked twice"
    asked = Counter(a.example_id for a in said if a.drawn != "gold")
    assert max(asked.values()) <= people, "asked of more people than wished"
    people_by_example: dict[str, Any] = answers_of_people(standing_words(said))
    assert sum(map(len, people_by_example.values())) == PEOPLE * DECISIONS
