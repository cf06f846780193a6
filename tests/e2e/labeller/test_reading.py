"""The labeller for every eye, hand and screen: narrow, zoomed, read aloud, with little movement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.labeller.page import Server, part, press

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe reads the page")

pytestmark = pytest.mark.slow

RULES = "Only what is <b>asked</b>.\n\n*Nothing* else."
MANY = ",".join(f"a_label_with_a_rather_long_name_{n}" for n in range(40))
CUT = """() => {
    const root = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
        .find((r) => r.querySelector('.labeller'));
    const wide = [...root.querySelectorAll('.labeller *')].filter((e) =>
        e.checkVisibility() && e.clientWidth && e.scrollWidth > e.clientWidth + 1 &&
        !e.closest('.heard, .chips'));
    const page = document.documentElement;
    const told = (e) => `${e.scrollWidth - e.clientWidth}: ${e.outerHTML.slice(0, 90)}`;
    return [page.scrollWidth - page.clientWidth, ...wide.map(told)];
}"""


def serious(page: Any) -> list[str]:
    """Return what axe finds in the labeller that is serious or critical, and where."""
    found = axe.Axe().run(page, context=[".st-key-review-test"]).response
    assert found["passes"], "axe looked at nothing"
    return [
        f"{issue['id']}: {[node['html'][:120] for node in issue['nodes']]}"
        for issue in found["violations"]
        if issue["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "server",
    [
        {"guidelines": RULES, "round": 1},
        {"guidelines": RULES, "mode": "verify", "labels": MANY},
        {"mode": "spans"},
        {"mode": "write"},
    ],
    indirect=True,
    ids=["choose", "verify", "spans", "write"],
)
def test_axe_finds_nothing_serious(
    browser: Browser, server: Server, scheme: Any, request: pytest.FixtureRequest
) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, color_scheme=scheme)
    request.addfinalizer(context.close)
    page = context.new_page()
    page.goto(server.url)
    page.locator(".card").wait_for(timeout=30_000)
    assert serious(page) == []
    press(page, 2)
    for key in ("f", "m", "Escape", "b"):
        page.keyboard.press(key)
    assert serious(page) == []
    for opens in ("?", "h"):
        page.keyboard.press("Escape")
        page.keyboard.press(opens)
        assert serious(page) == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize("size", [(700, 500), (390, 844), (320, 640)])
@pytest.mark.parametrize(
    "server",
    [{"guidelines": RULES, "round": 1}, {"mode": "verify", "labels": MANY, "guidelines": RULES}],
    indirect=True,
    ids=["choose", "verify"],
)
def test_nothing_is_cut_on_a_narrow_or_zoomed_page(
    labeller: sync_api.Page, size: tuple[int, int]
) -> None:
    # A page at 200 % on a laptop's screen is a page 700 wide.
    labeller.set_viewport_size({"width": size[0], "height": size[1]})
    press(labeller, 2)
    labeller.keyboard.press("f")
    labeller.keyboard.press("b")
    labeller.wait_for_timeout(300)
    assert labeller.evaluate(CUT) == [0]
    for key in ("?", "h"):
        labeller.keyboard.press(key)
        dialog = labeller.locator("dialog[open]")
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
        labeller.keyboard.press("Escape")


@pytest.mark.parametrize("server", [{"guidelines": RULES}], indirect=True)
def test_guidelines_are_plain_text_and_stay_shut_when_shut(labeller: sync_api.Page) -> None:
    panel = part(labeller, "guidelines")
    assert part(labeller, "rules").inner_text() == RULES
    labeller.keyboard.press("g")
    sync_api.expect(panel).to_be_hidden()
    labeller.reload()
    labeller.locator(".card").wait_for(timeout=30_000)
    sync_api.expect(panel).to_be_hidden()
    part(labeller, "guide").click()
    sync_api.expect(panel).to_be_visible()


def test_without_guidelines_there_is_no_key_for_them(labeller: sync_api.Page) -> None:
    labeller.keyboard.press("g")
    sync_api.expect(part(labeller, "guide")).to_be_hidden()
    labeller.keyboard.press("?")
    assert "Guidelines" not in part(labeller, "keylist").inner_text()


@pytest.mark.parametrize("server", [{"mode": "verify", "labels": "a,b,c"}], indirect=True)
def test_help_tells_the_keys_of_what_is_asked(labeller: sync_api.Page) -> None:
    labeller.keyboard.press("?")
    keys = part(labeller, "keylist").locator("dt").all_inner_texts()
    assert keys[:5] == ["y", "Enter", "n", "1 \u2013 3", "/"]
    assert {"s", "f", "m", "b", "u", "h", "?"} <= set(keys)


def test_what_is_on_screen_is_announced(labeller: sync_api.Page) -> None:
    heard = part(labeller, "heard-example")
    assert heard.get_attribute("aria-live") == "polite"
    labeller.keyboard.press("2")
    sync_api.expect(heard).to_contain_text("Example: <i>Example</i> 1")
    sync_api.expect(heard).to_contain_text("Suggested: a.")
    labeller.keyboard.press("b")
    sync_api.expect(heard).to_contain_text("You said b. Example: <i>Example</i> 0")


def test_everything_is_reached_by_tab_and_shows_that_it_is(labeller: sync_api.Page) -> None:
    labeller.locator(".card").focus()
    reached = set()
    for _ in range(20):
        labeller.keyboard.press("Tab")
        focused = labeller.evaluate(
            "() => { const e = [...document.querySelectorAll('*')].map((x) => x.shadowRoot)"
            ".filter(Boolean).map((r) => r.activeElement).find(Boolean);"
            "return e && [e.textContent, getComputedStyle(e).boxShadow]; }"
        )
        if focused:
            assert focused[1] != "none"
            reached.add(focused[0])
    assert {"2bEnter", "9iEnter", "Skip s", "Flag f", "Note m", "Keys ?"} <= reached


def test_little_movement_where_little_is_wished(labeller: sync_api.Page, watch: Watch) -> None:
    bar = part(labeller, "bar").locator("i")
    assert bar.evaluate("e => getComputedStyle(e).transitionDuration") == "0.16s"
    labeller.emulate_media(reduced_motion="reduce")
    assert bar.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
