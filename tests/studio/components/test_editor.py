"""The editor's Python half, and the file the browser fetches."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.types import Fault, fingerprint
from studio.components import editor as module
from studio.components.editor import Mark, Typed, fault_marks, syntax_marks

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "scripts" / "editor"


def _sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def test_the_bundle_is_named_by_its_content() -> None:
    name = module.bundle()
    assert name == f"editor-{_sha((ROOT / 'static' / name).read_text('utf-8'))}.js"


def test_the_bundle_is_not_older_than_what_it_is_made_of() -> None:
    files = [SOURCES / "package-lock.json", *sorted((SOURCES / "src").iterdir())]
    made = _sha("\0".join(file.read_text("utf-8") for file in files))
    first = (ROOT / "static" / module.bundle()).read_text("utf-8")[:200]
    assert re.search(r"made from (\w+)", first)[1] == made, "run: npm run build in scripts/editor"  # type: ignore[index]


def test_every_package_in_the_bundle_has_its_licence_beside_it() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))["packages"]
    shipped = {p.partition("/")[2] for p, about in lock.items() if p and not about.get("dev")}
    licences = (ROOT / "static" / "editor-LICENSE.txt").read_text("utf-8")
    assert {name for name in shipped if f"{name}: Copyright" not in licences} == set()
    assert "MIT License" in licences
    assert "editor-LICENSE.txt" in (ROOT / "NOTICE").read_text("utf-8")


def test_codemirror_is_the_sixth_and_not_the_fifth_published_under_a_higher_number() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))["packages"]
    assert lock["node_modules/codemirror"]["version"] == "6.0.2"


def test_the_bundle_asks_nothing_of_the_network() -> None:
    code = (ROOT / "static" / module.bundle()).read_text("utf-8")
    assert set(re.findall(r"https?://[\w.]+", code)) <= {"http://www.w3.org"}
    assert "fetch(" not in code


@pytest.mark.parametrize(
    ("code", "line"),
    [("x = 1\ndef f(:", 2), ("x = '", 1), ("\0", 1), ("(" * 500, 1)],
)
def test_python_that_does_not_parse_is_marked_on_its_line(code: str, line: int) -> None:
    (mark,) = syntax_marks(code)
    assert (mark.line, mark.severity) == (line, "error")
    assert mark.message


def test_python_that_parses_is_not_marked() -> None:
    assert syntax_marks("x = 1\n") == ()


def test_faults_share_a_mark_and_those_without_a_line_have_none() -> None:
    raised = [Fault(function="f", example_id=str(n), error="KeyError", line=3) for n in range(1200)]
    other = Fault(function="f", example_id=None, error="out of time")
    assert fault_marks([*raised, other]) == (Mark(3, "KeyError (1,200 rows)"),)


def _page() -> None:
    import streamlit as st

    from studio.components.completions import completions
    from studio.components.editor import editor

    typed = editor(key="e", document="shop/a.py", code="x = 1", words=completions(["a"], []))
    st.text(f"{typed.code}|{typed.base}|{typed.action}")


def _shown(**state: object) -> str:
    app = AppTest.from_function(_page, default_timeout=30)
    if state:
        app.session_state["e"] = state
    app.run()
    assert not app.exception
    return app.text[0].value


def test_the_saved_text_stands_until_something_is_typed() -> None:
    assert _shown() == f"x = 1|{fingerprint('x = 1')}|"


def test_what_is_typed_comes_back_with_the_key_that_was_pressed() -> None:
    sent = {"key": "shop/a.py", "code": "x = 2", "base": "b"}
    assert _shown(draft=sent) == "x = 2|b|"


@pytest.mark.parametrize(
    "draft",
    [
        {"key": "shop/b.py", "code": "x = 2", "base": "b"},
        {"key": "shop/a.py", "code": 7, "base": "b"},
        {"key": "shop/a.py", "base": "b"},
        "x = 2",
    ],
)
def test_another_text_or_nonsense_is_passed_over(draft: object) -> None:
    assert _shown(draft=draft) == f"x = 1|{fingerprint('x = 1')}|"


def test_a_key_counts_once_and_only_a_known_one() -> None:
    sent = {"key": "k", "code": "x", "base": "b"}
    assert module._typed({"action": {**sent, "action": "save"}}, "k") == Typed("x", "b", "save")
    assert module._typed({"action": {**sent, "action": "format"}}, "k") is None
