"""The code editor and its preview in a real browser: nothing typed is lost, and keys do as told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from studio import loop
from studio.samples import open_sample

if TYPE_CHECKING:
    from tests.e2e.conftest import Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
ROOT = Path(__file__).parents[2]
PATIENT = 60_000

pytestmark = pytest.mark.slow

CODE = (
    '@labeling_function\ndef parcels(x):\n    if "tracking" in x.text.lower():\n'
    '        return "order_status"\n    return ABSTAIN\n'
)


class Site:
    """The app on the sample, its editor open on a new function."""

    def __init__(self, page: sync_api.Page, server: Any, project: Any) -> None:
        self.page, self.server, self.project = page, server, project
        self.received = 0
        page.on("websocket", lambda ws: ws.on("framereceived", self.count))

    def count(self, frame: str | bytes) -> None:
        self.received += len(frame)

    @property
    def text(self) -> sync_api.Locator:
        return self.page.locator(".cm-content")

    def open(self) -> None:
        self.page.goto(f"{self.server.url}/functions?new=1")
        self.page.get_by_text("As Python").click(timeout=PATIENT)
        self.text.click(timeout=PATIENT)

    def write(self, code: str) -> None:
        self.text.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)

    def sees_mark(self, word: str) -> None:
        mark = self.page.locator("mark", has_text=word).first
        sync_api.expect(mark).to_be_visible(timeout=PATIENT)


@pytest.fixture
def site(page: sync_api.Page, tmp_path: Path, serve: Callable[..., Any], watch: Watch) -> Site:
    project = open_sample("retail", tmp_path / "projects")
    loop.vote(project)
    server = serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(tmp_path / "projects"))
    site = Site(page, server, project)
    site.open()
    return site


def test_a_function_is_previewed_as_one_types_and_saved_by_a_key(site: Site) -> None:
    site.write(CODE)
    site.sees_mark("racking")
    site.received = 0
    site.write(CODE.replace("tracking", "delivery"))
    site.sees_mark("elivery")
    assert site.received < 150_000  # the editor itself is fetched once, as a file
    assert len(loop.list_functions(site.project).functions) == 11
    site.page.keyboard.press("Control+s")
    title = site.page.get_by_role("heading", name="parcels")
    sync_api.expect(title).to_be_visible(timeout=PATIENT)
    assert len(loop.list_functions(site.project).functions) == 12


def test_a_draft_outlives_a_reload_and_a_killed_server(site: Site, watch: Watch) -> None:
    site.write(CODE)
    site.sees_mark("racking")
    watch.down = True
    site.server.kill()
    site.page.keyboard.press("Control+End")
    site.page.keyboard.insert_text("# typed while nobody listened")
    site.server.start()
    site.open()
    sync_api.expect(site.text).to_contain_text("typed while nobody listened", timeout=PATIENT)
    sync_api.expect(site.text).to_contain_text("def parcels(x):")


def test_errors_stand_on_their_line(site: Site) -> None:
    site.write("@labeling_function\ndef parcels(x):\n    return x.nonsense\n")
    broken = site.page.locator(".cm-lintRange-error")
    sync_api.expect(broken).to_have_text("return x.nonsense", timeout=PATIENT)


def test_labels_and_fields_are_completed(site: Site) -> None:
    site.write("@labeling_function\ndef parcels(x):\n    return ")
    site.page.keyboard.type("x.me", delay=40)
    offered = site.page.locator(".cm-tooltip-autocomplete li")
    sync_api.expect(offered.first).to_contain_text("metadata")
    site.page.keyboard.press("Escape")
    site.page.keyboard.type(' == "ord', delay=40)
    sync_api.expect(offered.first).to_contain_text("order_status")


def test_tab_indents_and_escape_then_tab_leaves(site: Site) -> None:
    site.write("x = 1\n")
    site.page.keyboard.press("Tab")
    site.page.keyboard.insert_text("1")
    sync_api.expect(site.text).to_contain_text("    1")
    inside = "document.activeElement.shadowRoot?.activeElement?.className.includes('cm-content')"
    assert site.page.evaluate(inside)
    site.page.keyboard.press("Escape")
    site.page.keyboard.press("Tab")
    assert not site.page.evaluate(inside)


def test_letters_typed_are_no_shortcuts_of_the_page(site: Site) -> None:
    site.write("")
    site.page.keyboard.type("brfc", delay=60)
    sync_api.expect(site.text).to_have_text("brfc")
    sync_api.expect(site.page.get_by_role("heading", name="New function")).to_be_visible()
