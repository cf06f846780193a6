from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from studio.components.labeller import (
    STATIC,
    Card,
    Decision,
    Progress,
    bundle_name,
    decisions,
    script,
    served_script,
)

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "studio" / "components" / "assets" / "labeller"


def event(**changes: object) -> dict[str, object]:
    whole = {"uid": "u1", "id": "e1", "action": "answer", "answer": "spam"}
    return {**whole, "seconds": 1.25, "note": "odd", **changes}


def test_an_event_becomes_a_decision_about_the_example_it_names() -> None:
    assert decisions([event()]) == [Decision("u1", "e1", "answer", "spam", 1.25, "odd")]
    asked = {"flagged": True, "mode": "compare", "drawn": "random", "shown": "ham"}
    said = {"action": "prefer", "rating": 4, "rejected": "ham"}
    (made,) = decisions([event(**asked, **said)])
    assert (made.flagged, made.mode, made.drawn, made.shown) == (True, "compare", "random", "ham")
    assert (made.action, made.rating, made.rejected) == ("prefer", 4, "ham")


@pytest.mark.parametrize(
    ("changes", "field", "read"),
    [
        ({"rating": 6}, "rating", None),
        ({"rating": True}, "rating", None),
        ({"flagged": "yes"}, "flagged", False),
        ({"shown": 3}, "shown", None),
        ({"seconds": "long"}, "seconds", None),
    ],
)
def test_an_answer_is_kept_although_what_is_beside_it_makes_no_sense(
    changes: dict[str, object], field: str, read: object
) -> None:
    (made,) = decisions([event(**changes)])
    assert getattr(made, field) == read


def test_skip_and_undo_carry_no_answer() -> None:
    made = decisions(
        [
            event(action="skip", answer=None),
            event(uid="u2", action="undo", answer=None, seconds=None, undid="skip"),
        ]
    )
    assert [(d.uid, d.action, d.answer, d.seconds) for d in made] == [
        ("u1", "skip", None, 1.25),
        ("u2", "undo", None, None),
    ]


def test_the_order_of_decisions_is_kept_and_the_nonce_is_not_one() -> None:
    made = decisions([event(), event(uid="u2", id="e2"), {"nonce": "1"}])
    assert [d.uid for d in made] == ["u1", "u2"]


@pytest.mark.parametrize(
    "strange",
    [
        None,
        "text",
        {},
        [None],
        [event(uid="")],
        [event(id=7)],
        [event(action="delete")],
        [event(action=["answer"])],
        [event(answer=None)],
        [event(answer=3)],
        [event(action="skip", answer="spam")],
        [event(action="refuse", answer=None)],
        [event(action="prefer")],
    ],
)
def test_what_no_labeller_sends_is_passed_over(strange: object) -> None:
    assert decisions(strange) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(json_values, json_values, json_values, json_values)
def test_no_json_from_a_browser_breaks_the_reading(
    uid: object, action: object, answer: object, seconds: object
) -> None:
    for made in decisions([event(uid=uid, action=action, answer=answer, seconds=seconds)]):
        assert isinstance(made.uid, str)
        assert made.action in {"answer", "skip", "undo", "refuse", "prefer"}
        assert (made.answer is None) == (made.action in {"skip", "undo"})


def test_cards_are_frozen_and_need_only_an_id_and_a_text() -> None:
    card = Card("e1", "text")
    assert (card.suggestion, card.highlights, dict(card.metadata)) == (None, (), {})
    with pytest.raises(AttributeError):
        card.text = "other"  # type: ignore[misc]
    assert Progress(1, 2).today == 0


def page() -> None:
    import streamlit as st

    from studio.components.labeller import Card, Progress, labeller

    def store(made: list[object]) -> None:
        st.session_state.stored = made

    card = Card(
        id="e1",
        text="<b>text</b> 😬",
        mode="verify",
        suggestion="spam",
        metadata={"source": "a.csv"},
        highlights=((0, 3),),
    )
    labeller(
        key="review-demo",
        queue=[card],
        labels=["spam", "ham"],
        acked=["u0"],
        progress=Progress(3, 10, 2, round_done=1, round_total=4),
        on_decision=store,
        guidelines="Be kind.",
    )


def drawn(app: AppTest) -> dict[str, object]:
    (element,) = app.get("bidi_component")
    return json.loads(element.proto.json)


def test_the_page_hands_the_browser_everything_it_needs() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    data = drawn(app)
    assert data["labels"] == ["spam", "ham"]
    assert data["acked"] == ["u0"]
    counts = {"done": 3, "total": 10, "today": 2, "round_done": 1, "round_total": 4}
    assert data["progress"] == counts
    assert data["guidelines"] == "Be kind."
    (card,) = data["queue"]
    assert card["mode"] == "verify"
    assert card["text"] == "<b>text</b> 😬"
    assert card["highlights"] == [[0, 3]]
    assert card["metadata"] == {"source": "a.csv"}


def test_the_page_survives_decisions_already_in_the_browser_state() -> None:
    app = AppTest.from_function(page)
    app.session_state["review-demo"] = {"events": [event(), {"nonce": "1"}]}
    assert not app.run().exception


def test_a_second_app_in_the_same_process_finds_the_widget_again() -> None:
    for _ in range(2):
        assert drawn(AppTest.from_function(page).run())["labels"] == ["spam", "ham"]


def test_the_theme_asks_nobody_outside_and_names_only_files_that_exist() -> None:
    settings_text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    config = tomllib.loads(settings_text)
    assert "http" not in settings_text
    for face in config["theme"]["fontFaces"]:
        assert (ROOT / face["url"].removeprefix("app/")).is_file()
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert config["browser"]["gatherUsageStats"] is False
    assert {"light", "dark"} <= set(config["theme"])


def test_every_bundled_font_has_its_licence_beside_it_and_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    families = {font.name.split("-latin")[0] for font in (ROOT / "static").glob("*.woff2")}
    assert families == {"inter", "jetbrains-mono"}
    for family in families:
        licence = (ROOT / "static" / f"{family}-LICENSE.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in licence.upper()
        assert f"static/{family}-*.woff2" in notice


def test_the_widget_never_renders_text_as_markup_and_fetches_nothing() -> None:
    script = "".join(path.read_text(encoding="utf-8") for path in ASSETS.rglob("*.js"))
    styles = (ASSETS / "labeller.css").read_text(encoding="utf-8")
    for forbidden in ("innerHTML", "insertAdjacentHTML", "eval(", "fetch(", "http://", "https://"):
        assert forbidden not in script
    assert "url(" not in styles
    assert "@import" not in styles


needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node runs the pure part of the script"
)


def run_script(names: Sequence[str], ask: str) -> Any:
    """Return what some of the labeller's files answer, without a browser."""
    pure = "".join((ASSETS / name).read_text(encoding="utf-8") for name in names)
    run = subprocess.run(
        ["node", "--input-type=module", "-e", pure + ask],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return json.loads(run.stdout)


@needs_node
def test_every_label_is_reached_and_no_two_keys_collide() -> None:
    """For 2 to 150 labels: as many as there are keys have one; the rest are found by name."""
    asked = """
    const named = (count) => Array.from({ length: count }, (_, n) => `label ${n}`);
    const all = Array.from({ length: 149 }, (_, n) => [...keysFor(named(n + 2))]);
    console.log(JSON.stringify([[...FIXED], all]));
    """
    fixed, by_count = run_script(["keys.js"], asked)
    assert set(fixed) == set("sfmubhgyn")
    for count, keys in enumerate(by_count, start=2):
        letters = [key for key, _ in keys]
        assert [label for _, label in keys] == [f"label {n}" for n in range(min(count, 26))]
        assert len(set(letters)) == len(letters)
        assert not set(letters) & (set(fixed) | {"/", "?", "Enter", "Escape", "0"})


@needs_node
def test_the_fixed_keys_are_those_the_frame_and_verify_answer_to() -> None:
    frame = (ASSETS / "frame.js").read_text(encoding="utf-8")
    block = frame[frame.index("fixed = {") :].split("};")[0]
    answered = re.findall(r"^    (\w): \(\)", block, flags=re.MULTILINE)
    (fixed,) = run_script(["keys.js"], "console.log(JSON.stringify([FIXED]));")
    assert sorted([*answered, "y", "n"]) == sorted(fixed)


@needs_node
def test_the_browser_half_parses_and_is_one_module() -> None:
    check = ["node", "--input-type=module", "--check", "-"]
    run = subprocess.run(
        check, check=False, input=script(), capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 0, run.stderr
    assert script().count("export default") == 1


def test_the_served_file_is_in_step() -> None:
    """`python scripts/labeller.py` writes it."""
    (found,) = STATIC.glob("labeller-*.js")
    assert found.name == bundle_name(script())
    assert found.read_text(encoding="utf-8") == script()
    assert found.name in served_script()
    assert len(served_script()) < 1_000


def test_a_file_out_of_step_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.components.labeller.STATIC", tmp_path)
    assert served_script() == script()


@needs_node
def test_text_is_cut_by_character_and_digits_are_read_by_place() -> None:
    fake = "globalThis.document = { createElement: (tag) => ({ tag, append(t) { this.t = t } }) };"
    ask = """
    const text = (nodes) => nodes.map((n) => n.t === undefined ? n : `[${n.t}]`).join("");
    const press = (key, code, shiftKey = false) => keyName({ key, code, shiftKey });
    console.log(JSON.stringify([
      text(marked("😬 ab cd", [[2, 4]])), text(marked("abcdef", [[3, 5], [1, 4], [9, 12]])),
      text(marked("abc", [])), median([3, 1, 2]), median([4, 1, 2, 3]), median([]),
      press("&", "Digit1"), press("!", "Digit1", true), press("S", "KeyS", true),
      press("S", "KeyS"), press("/", "Digit7", true), press("1", "Numpad1"),
      press("Enter", "Enter"),
    ]));
    """
    assert run_script(["text.js", "keys.js"], fake + ask) == [
        "😬 [ab] cd",
        "a[bcd][e]f",
        "abc",
        2,
        2.5,
        None,
        "1",
        "!",
        "",
        "s",
        "/",
        "1",
        "Enter",
    ]
