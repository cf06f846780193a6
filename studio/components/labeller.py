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
from typing import Any, Literal, get_args

import streamlit as st

Action = Literal["answer", "skip", "undo", "refuse", "prefer"]
Mode = Literal["choose", "verify", "spans", "write", "compare"]


@dataclass(frozen=True)
class Card:
    """An example as the labeller shows it.

    Attributes
    ----------
    id : str
        The example's id; every decision about it carries it.
    text : str
        Shown as it is, never rendered.
    mode : {"choose", "verify", "spans", "write", "compare"}
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


@dataclass(frozen=True)
class Decision:
    """What the person did with one example.

    Attributes
    ----------
    uid : str
        Made in the browser; the same decision may arrive several times under the same uid.
    example_id : str
        The example that was on screen.
    action : {"answer", "skip", "undo"}
        Undo withdraws the last decision on the example.
    answer : str or None
        The label or the written response; None unless the action is an answer.
    seconds : float or None
        How long the example was looked at; None for an undo.
    note : str
        What the person added.
    """

    uid: str
    example_id: str
    action: Action
    answer: str | None
    seconds: float | None
    note: str


@dataclass(frozen=True)
class Progress:
    """How far the queue is worked off: stored answers, all of the queue, and today's answers."""

    done: int
    total: int
    today: int = 0


def decisions(events: object) -> list[Decision]:
    """Return the decisions among what the browser sent, in the order they were made.

    Anything else (the nonce that forces a resend, or what a page that is not ours made up) is
    passed over.

    Examples
    --------
    >>> event = {"uid": "u1", "id": "e1", "action": "answer", "answer": "spam", "seconds": 1.5}
    >>> decisions([event, {"nonce": 7}])[0].answer
    'spam'
    """
    entries = events if isinstance(events, list) else []
    return [_decision(entry) for entry in entries if _is_decision(entry)]


def labeller(
    *,
    key: str,
    queue: Sequence[Card],
    labels: Sequence[str],
    acked: Sequence[str],
    progress: Progress,
    on_decision: Callable[[list[Decision]], None],
    mode: Mode = "classify",
    scope: str = "",
) -> None:
    """Draw the labeller.

    Parameters
    ----------
    key : str
        Names this labeller in session state and, for decisions that are not stored yet, in the
        browser tab; let it contain the project's name.
    queue : sequence of Card
        The next undecided examples, first one first; 20 to 40 are plenty.
    labels : sequence of str
        Their keys are 1 to 9, then the letters but s, u and n; `/` finds any of them by name.
    acked : sequence of str
        Uids known to be stored, at least those of the last call of `on_decision`.
    progress : Progress
        Counts as stored; the browser adds what is still on its way.
    on_decision : callable
        Stores decisions. Called before the page reruns, again with every decision that was not
        acked, so it must ignore uids it has seen. If it raises, the browser tries again.
    mode : {"classify", "generate"}
        Pick a label, or write a text starting from the suggestion.
    scope : str
        What this is a queue of (a filter, say). The example on screen stays until it is decided,
        whatever the new queue says, unless the scope changes.
    """

    def deliver() -> None:
        if made := decisions(st.session_state[key].get("events")):
            on_decision(made)

    data = {
        "key": key,
        "scope": scope,
        "mode": mode,
        "labels": list(labels),
        "queue": [asdict(card) for card in queue],
        "acked": list(acked),
        "progress": asdict(progress),
    }
    _component(key=key, data=data, on_events_change=deliver)


def _is_decision(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    named = all(isinstance(entry.get(name), str) and entry[name] for name in ("uid", "id"))
    answered = isinstance(entry.get("answer"), str) == (entry.get("action") == "answer")
    return named and answered and entry.get("action") in get_args(Action)


def _decision(entry: Mapping[str, Any]) -> Decision:
    seconds, note = entry.get("seconds"), entry.get("note")
    return Decision(
        uid=entry["uid"],
        example_id=entry["id"],
        action=entry["action"],
        answer=entry.get("answer"),
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        note=note if isinstance(note, str) else "",
    )


def _asset(*names: str) -> str:
    folder = Path(__file__).parent / "assets"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


# Inline rather than a packaged asset: Streamlit finds packaged assets only in a wheel install, not
# in an editable one (no module is called tunesmith) and not in a source checkout.
_component = st.components.v2.component(
    "tunesmith.labeller",
    html=_asset("labeller.html"),
    css=_asset("labeller.css"),
    js=_asset("outbox.js", "labeller.js"),
)
