"""A person at Label Studio's own page: where they mark is where the span is, whatever the signs."""

from __future__ import annotations

from typing import Any

import pytest

from curation.types import TaskKind
from curation.words import standing_words
from studio.stations.label_studio.link import state_of
from studio.stations.label_studio.syncing import look, pull, sync

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TEXT = "👩🏽‍🍳 🍝 ça va, Anna met Bob in Paris\nand left 😀 Zoe"
PLACE = """(word) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const at = node.data.indexOf(word);
        if (at < 0 || !node.parentElement.offsetParent) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        const box = range.getBoundingClientRect();
        return [box.left, box.right, (box.top + box.bottom) / 2];
    }
}"""


def mark(page: Any, label: str, word: str) -> None:
    """Choose a label, drag over a word, and wait until the list of regions has it."""
    page.get_by_text(label, exact=True).first.click()
    left, right, y = page.evaluate(PLACE, word)
    page.mouse.move(left + 1, y)
    page.mouse.down()
    page.mouse.move((left + right) / 2, y, steps=3)
    page.mouse.move(right - 1, y, steps=3)
    page.mouse.up()
    page.get_by_text(label, exact=True).nth(1).wait_for()


def test_spans_marked_with_the_mouse_are_exact(door: Any, make_project: Any, page: Any) -> None:
    project = make_project(TaskKind.EXTRACT, ("PER", "CITY"), [{"text": TEXT}])
    sync(project, number=1)
    page.set_default_timeout(120_000)
    page.goto(f"{door.url}/user/login/")
    page.fill("input[name=email]", "tunesmith@localhost.local")
    page.fill("input[name=password]", door.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/user/login" not in url, wait_until="commit")
    page.goto(f"{look(project).page}?labeling=1")
    page.get_by_text("Zoe").wait_for()
    page.locator(".lsf-modal-ls_visible").wait_for()  # what the task is, shown first
    page.keyboard.press("Escape")
    page.locator(".lsf-modal-ls_visible").wait_for(state="hidden")
    mark(page, "CITY", "Paris")
    mark(page, "PER", "Zoe")
    with page.expect_response(lambda sent: "/annotations" in sent.url) as answered:
        page.get_by_test_id("bottombar-submit-button").click()
    assert answered.value.ok
    assert state_of(project, door.url).tasks
    assert pull(project).problems == ()
    ((word,),) = standing_words(project.store.annotations()).values()
    found = [(TEXT[span.start : span.end], span.label) for span in word.spans]
    assert found == [("Paris", "CITY"), ("Zoe", "PER")]
