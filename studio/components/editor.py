"""A code editor for labeling functions: what is typed stays in the browser until it is saved.

Python sends the saved text; the browser answers with what is typed, a pause after the last key. A
draft outlives a reload and a dead server, and a file that changed elsewhere never writes over it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from curation.types import Fault, JsonObject, fingerprint

Action = Literal["", "run", "save"]
ASSETS = Path(__file__).parent / "assets"
STATIC = Path(__file__).resolve().parents[2] / "static"


@dataclass(frozen=True)
class Mark:
    """Something wrong with a line of the code.

    Attributes
    ----------
    line : int
        Counted from 1.
    column : int or None
        Counted from 1; the whole line when None.
    """

    line: int
    message: str
    column: int | None = None
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True)
class Typed:
    """What stands in the editor.

    Attributes
    ----------
    code : str
        The text, saved or not.
    base : str
        The fingerprint of the saved text it was typed over, to see that nobody saved meanwhile.
    action : {"", "run", "save"}
        The key that was pressed since the last draw.
    nonce : int
        Tells one press from the next: what a key asks for is to be done once.
    """

    code: str
    base: str
    action: Action = ""
    nonce: int = 0


def editor(
    *,
    key: str,
    document: str,
    code: str,
    words: JsonObject,
    marks: Sequence[Mark] = (),
    height: int = 360,
    readonly: bool = False,
    fresh: bool = False,
    hint: str = "",
) -> Typed:
    """Draw the editor and return what stands in it.

    Parameters
    ----------
    key : str
        Names this editor among the widgets of the page.
    document : str
        Names the text, the project included: unsaved text is kept in the tab under this name.
    code : str
        The saved text. Another text under the same name shows up unless something is typed.
    words : dict
        What `studio.components.completions` returns.
    marks : sequence of Mark
        Faults, shown on their lines; while what is typed does not parse, that is shown instead.
    height : int
        In pixels; it can be dragged.
    readonly : bool
        Show only.
    fresh : bool
        `code` is something to start from, and is not saved anywhere.
    hint : str
        Shown while there is no text.
    """
    saved, typed = fingerprint(code), peek(key, document, code)
    data = {
        "key": document,
        "code": code,
        "revision": saved,
        "words": words,
        "faults": [_as_data(mark) for mark in syntax_marks(typed.code) or marks],
        "height": height,
        "readonly": readonly,
        "fresh": fresh,
        "hint": hint,
    }
    result = _component(
        key=key, data=data, on_draft_change=lambda: None, on_action_change=lambda: None
    )
    return _typed(result, document) or Typed(code, saved)


def peek(key: str, document: str, code: str) -> Typed:
    """Return what stands in an editor that is about to be drawn, to find its faults first."""
    return _typed(st.session_state.get(key), document) or Typed(code, fingerprint(code))


def syntax_marks(code: str) -> tuple[Mark, ...]:
    r"""Return where Python does not parse, if anywhere.

    Examples
    --------
    >>> syntax_marks("x = 1\ndef f(:")[0].line
    2
    """
    try:
        ast.parse(code)
    except SyntaxError as error:
        return (Mark(error.lineno or 1, error.msg, error.offset),)
    except (ValueError, RecursionError, MemoryError) as error:  # a zero byte, or endless brackets
        return (Mark(1, str(error) or "This nests too deeply."),)
    return ()


def fault_marks(faults: Sequence[Fault]) -> tuple[Mark, ...]:
    """Return the faults that know their line; one a line, with how often it happened."""
    lines: dict[tuple[int, str], int] = {}
    for fault in faults:
        if fault.line is not None:
            lines[fault.line, fault.error] = lines.get((fault.line, fault.error), 0) + 1
    return tuple(
        Mark(line, f"{error} ({count:,} rows)" if count > 1 else error)
        for (line, error), count in lines.items()
    )


def _as_data(mark: Mark) -> JsonObject:
    return {
        "line": mark.line,
        "column": mark.column,
        "message": mark.message,
        "severity": mark.severity,
    }


def _typed(state: object, document: str) -> Typed | None:
    """Read what the browser sent, if it is about this text; anything else is passed over."""
    sent = state if isinstance(state, Mapping) else {}
    action = _sent(sent.get("action"), document)
    draft = action or _sent(sent.get("draft"), document)
    if draft is None:
        return None
    if action is None:
        return Typed(draft["code"], draft["base"])
    return Typed(draft["code"], draft["base"], action["action"], int(action.get("nonce") or 0))


def _sent(value: object, document: str) -> Mapping[str, Any] | None:
    if not isinstance(value, Mapping) or value.get("key") != document:
        return None
    known = all(isinstance(value.get(name), str) for name in ("code", "base"))
    return value if known and value.get("action", "run") in {"run", "save"} else None


def bundle() -> str:
    """Return the name of the editor's file in `static/`; its hash names its content."""
    (found,) = (
        p.name for p in STATIC.iterdir() if re.fullmatch(r"editor-[0-9a-f]{16}\.js", p.name)
    )
    return found


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


# The bundle is served from static/ rather than as a packaged asset: Streamlit finds those only in a
# wheel, not in an editable install or a checkout. Inline it would travel again with each draw.
_component = st.components.v2.component(
    "tunesmith.editor",
    html=_asset("editor.html"),
    css=_asset("editor.css"),
    js=f"const BUNDLE = {json.dumps(bundle())};\n{_asset('editor.js')}",
)
