"""The labelling widget: its queue lives in the browser, so a key press never waits for the server.

A key press names the example that was on screen, carries an id made in the browser, and is sent
again until Python says it is stored. So a fast typist, a dropped connection or a killed server
neither lose a decision nor put it on the wrong example; storing each `uid` once is the caller's
part (`INSERT OR IGNORE`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import streamlit as st

from curation.types import fingerprint
from studio.components.decisions import Decision, decisions

__all__ = ["Card", "Decision", "Given", "Mode", "Progress", "Voice", "decisions", "labeller"]

Mode = Literal["choose", "verify", "spans", "write", "compare", "decide"]


@dataclass(frozen=True)
class Voice:
    """What one person said, to who must decide.

    Attributes
    ----------
    name : str
        Hidden until it is asked for.
    note : str
    did : str
        What they did where they gave no answer, such as "skipped".
    """

    name: str
    note: str = ""
    did: str = ""


@dataclass(frozen=True)
class Given:
    """An answer that people gave.

    Attributes
    ----------
    answer : str
    voices : tuple of Voice
        Everybody who gave it.
    spans : tuple of (start, end, label), optional
        Where the answer is spans of the text, those.
    """

    answer: str
    voices: tuple[Voice, ...]
    spans: tuple[tuple[int, int, str], ...] | None = None


@dataclass(frozen=True)
class Card:
    """An example as the labeller shows it.

    Attributes
    ----------
    id : str
        The example's id; every decision about it carries it.
    text : str
        Shown as it is, never rendered.
    mode : {"choose", "verify", "spans", "write", "compare", "decide"}
        How it is asked.
    drawn : str
        What chose it; comes back with the decision.
    reason : str
        Why this example was chosen, in a few words.
    suggestion : str or None
        The label the functions propose; in `generate` mode the draft to start from.
    suggestion_confidence : float or None
        Their probability for it, 0 to 1.
    metadata : mapping of str to str
        Shown as small chips above the text.
    highlights : tuple of (start, end)
        Stretches of `text` to mark, in characters, end exclusive.
    spans : tuple of (start, end, label)
        For spans: what is marked to begin with.
    candidates : tuple of str
        For compare: the two responses, in the order they are shown.
    answers : tuple of Given
        For decide: the answers people gave, in the order they are shown.
    unanswered : tuple of Voice
        For decide: who spoke without an answer.
    """

    id: str
    text: str
    mode: Mode = "choose"
    drawn: str = ""
    reason: str = ""
    suggestion: str | None = None
    suggestion_confidence: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    highlights: tuple[tuple[int, int], ...] = ()
    spans: tuple[tuple[int, int, str], ...] = ()
    candidates: tuple[str, ...] = ()
    answers: tuple[Given, ...] = ()
    unanswered: tuple[Voice, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far the work is.

    Attributes
    ----------
    done, total : int
        Stored answers, and those plus what waits.
    today : int
        Today's answers.
    round_done, round_total : int
        Cards of this round the person has dealt with, and all of them; no round where 0.
    """

    done: int
    total: int
    today: int = 0
    round_done: int = 0
    round_total: int = 0


def labeller(
    *,
    key: str,
    queue: Sequence[Card],
    labels: Sequence[str],
    acked: Sequence[str],
    progress: Progress,
    on_decision: Callable[[list[Decision]], None],
    scope: str = "",
    guidelines: str = "",
    refused: Mapping[str, str] | None = None,
) -> None:
    """Draw the labeller.

    Parameters
    ----------
    key : str
        Names this labeller in session state and, for decisions that are not stored yet, in the
        browser tab; let it contain the project's name and the reviewer's, so that nobody's
        decisions are stored as another's.
    queue : sequence of Card
        The next undecided examples, first one first; 20 to 40 are plenty.
    labels : sequence of str
        Their keys are 1 to 9, then the letters that mean nothing else; `/` finds any by name.
    acked : sequence of str
        Uids known to be stored, at least those of the last call of `on_decision`.
    progress : Progress
        Counts as stored; the browser adds what is still on its way.
    on_decision : callable
        Stores decisions. Called before the page reruns, again with every decision that was not
        acked, so it must ignore uids it has seen. If it raises, the browser tries again.
    scope : str
        What this is a queue of (a filter, say). The example on screen stays until it is decided,
        whatever the new queue says, unless the scope changes.
    guidelines : str
        Shown beside the text as it is.
    refused : mapping of str to str, optional
        Why decisions cannot be stored as they are, by uid. The browser keeps them and says so; the
        card comes again with what was said, to be mended.
    """

    def deliver() -> None:
        if made := decisions(st.session_state[key].get("events")):
            on_decision(made)

    data = {
        "key": key,
        "scope": scope,
        "labels": list(labels),
        "queue": [asdict(card) for card in queue],
        "acked": list(acked),
        "progress": asdict(progress),
        "guidelines": guidelines,
        "refused": dict(refused or {}),
    }
    _component(key=key, data=data, on_events_change=deliver)


ASSETS = Path(__file__).parent / "assets" / "labeller"
STATIC = Path(__file__).resolve().parents[2] / "static"


def script() -> str:
    """Return the browser half as one module; only the frame's last line needs all the others."""
    files = sorted(ASSETS.rglob("*.js"), key=lambda path: (path.name == "frame.js", path))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def served_script() -> str:
    """Return what loads the browser half from `static/`; while its file is not in step, itself.

    Inline it would travel again with each draw, after every decision.
    """
    whole = script()
    name = bundle_name(whole)
    return _LOAD.replace("BUNDLE", name) if (STATIC / name).is_file() else whole


def bundle_name(whole: str) -> str:
    """Return the name of the browser half's file; its hash names its content."""
    return f"labeller-{fingerprint(whole)}.js"


_LOAD = """\
const app = document.querySelector('script[type="module"][src*="static/js/"]').src;
const { default: mount } = await import(new URL("../../app/static/BUNDLE", app).href);
export default mount;
"""

# From static/ rather than a packaged asset: Streamlit finds those only in a wheel install, not in
# an editable one (no module is called tunesmith) and not in a source checkout.
_component = st.components.v2.component(
    "tunesmith.labeller",
    html=(ASSETS / "labeller.html").read_text(encoding="utf-8"),
    css=(ASSETS / "labeller.css").read_text(encoding="utf-8"),
    js=served_script(),
)
