"""From a filter to a labeling function and back to the rows, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curation.project import Project
from studio import loop, samples
from studio.stations.browsing import recent_batches

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
expect = sync_api.expect
ROOT = Path(__file__).parents[2]
SOON, LATER = 30_000, 120_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return the retail sample with its votes cast."""
    opened = samples.open_sample("retail", tmp_path / "projects")
    loop.vote(opened)
    return opened


@pytest.fixture
def server(serve: Callable[..., Server], project: Project) -> Server:
    return serve(ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(project.folder.parent))


def settle(page: sync_api.Page) -> None:
    """Wait until the app is connected and no script runs."""
    page.wait_for_timeout(300)
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=SOON)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=LATER)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def press(page: sync_api.Page, key: str) -> None:
    """Click the button of a key."""
    page.locator(f".st-key-{key} button").first.click()
    settle(page)


def names(project: Project) -> list[str]:
    return [function.name for function in loop.list_functions(project).functions]


def test_from_a_filter_to_a_function_to_a_label_and_back(
    page: sync_api.Page, watch: Watch, server: Server, project: Project
) -> None:
    page.goto(f"{server.url}/data")
    filter_by_words(page)
    make_a_function(page, project)
    accept_two_suggestions(page, project)
    open_a_conflict(page)
    label_and_undo(page, server, project)


def filter_by_words(page: sync_api.Page) -> None:
    expect(page.get_by_text("1,110 of 1,110 examples")).to_be_visible(timeout=LATER)
    page.locator(".st-key-add_filter button").click()
    typed = page.get_by_label("Any of, by comma")
    typed.fill("refund, refunded")
    typed.press("Enter")
    settle(page)
    press(page, "filter_add")
    expect(page.locator(".st-key-drop_0")).to_contain_text("text has the word refund or refunded")
    expect(page).to_have_url(re.compile(r"filter=words"))
    page.keyboard.press("Escape")
    settle(page)
    expect(page.get_by_text(re.compile(r"^\d+ of 1,110 examples$"))).to_be_visible()


def make_a_function(page: sync_api.Page, project: Project) -> None:
    """Turn the filter into a function, change it in the editor and save it."""
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("examples it may see would get")).to_be_visible(timeout=LATER)
    dialog.get_by_label("Name").fill("asks_money_back")
    dialog.get_by_label("Name").press("Enter")
    settle(page)
    expect(dialog.get_by_test_id("stCode")).to_contain_text("asks_money_back = keywords(")
    press(page, "from_edit")
    code = page.locator(".cm-content")
    expect(code).to_contain_text("asks_money_back", timeout=LATER)
    code.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# edited in the browser\n")
    settle(page)
    press(page, "new_save")
    page.wait_for_timeout(1500)
    settle(page)
    assert "asks_money_back" in names(project)
    assert "# edited in the browser" in "".join(
        file.read_text("utf-8") for file in project.functions.glob("*.py")
    )


def accept_two_suggestions(page: sync_api.Page, project: Project) -> None:
    before = len(names(project))
    page.goto(page.url.split("/functions")[0] + "/functions?view=Suggestions")
    for accepted in (1, 2):
        first = page.locator(".st-key-accept_0 button")
        expect(first).to_be_visible(timeout=LATER)
        settle(page)
        if first.is_disabled():  # a cluster, of which only a person can say the label
            page.locator(".st-key-suggestion_0").get_by_test_id("stSelectbox").click()
            page.get_by_role("option").first.click()
            settle(page)
            page.get_by_role("heading", name="Functions", exact=True).click()  # out of the field
        expect(first).to_be_enabled()
        page.keyboard.press("a")
        for _ in range(60):
            page.wait_for_timeout(500)
            if len(names(project)) == before + accepted:
                break
        settle(page)
        assert len(names(project)) == before + accepted


def open_a_conflict(page: sync_api.Page) -> None:
    page.goto(page.url.split("/functions")[0] + "/functions?view=Conflicts")
    press(page, "bucket_0")
    opened = page.locator(".st-key-opened")
    expect(opened).to_be_visible(timeout=LATER)
    expect(opened.locator("li").first).to_be_visible()


def label_and_undo(page: sync_api.Page, server: Server, project: Project) -> None:
    page.goto(f"{server.url}/data?filter=words:refund,refunded%20split:train")
    settle(page)
    expect(page.locator(".st-key-drop_1")).to_contain_text("split train", timeout=LATER)
    expect(page.locator(".st-key-found_label button")).to_be_enabled(timeout=LATER)
    page.keyboard.press("l")
    go = page.locator(".st-key-bulk_go button")
    expect(go).to_have_text(re.compile(r"Label \d+ examples"), timeout=LATER)
    count = int(go.inner_text().split()[1])
    go.click()
    page.wait_for_timeout(800)
    settle(page)
    (batch,) = recent_batches(project)
    assert (batch.act, batch.size, batch.standing) == ("label", count, count)
    page.locator(".st-key-recent button").first.click()
    press(page, f"recent_undo_{batch.id}")
    expect(page.get_by_text(f"{count} examples are as they were")).to_be_visible(timeout=SOON)
    assert recent_batches(project)[0].standing == 0
