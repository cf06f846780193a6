"""The sheet: a page of examples that are alike, answered together, exceptions by click.

As in the labeller, the page lives in the browser: an accepted page is sent again until Python says
it is stored, and a reload brings a page back as it was left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from studio.components.decisions import Decision, decisions
from studio.components.labeller import ASSETS as LABELLER

ASSETS = Path(__file__).parent / "assets" / "sheet"
LONGEST_BATCH = 64


@dataclass(frozen=True)
class SheetRow:
    """An example as the sheet shows it.

    Attributes
    ----------
    id, text : str
        The text is shown as it is, never rendered.
    label : str
        What is proposed.
    probability : float
    """

    id: str
    text: str
    label: str
    probability: float


@dataclass(frozen=True)
class Accepted:
    """What a person did with one row of an accepted page.

    Attributes
    ----------
    decision : Decision
        An answer; refuse for a row that was left out: it is not what was proposed; skip for a
        check that was left out; or an undo.
    batch : str
        The page's id; empty if the browser sent nonsense.
    """

    decision: Decision
    batch: str


def accepted(events: object) -> list[Accepted]:
    """Return what was done, in order, among what the browser sent.

    Examples
    --------
    >>> event = {"uid": "u", "id": "e", "action": "answer", "answer": "spam", "batch": "bulk-1"}
    >>> accepted([event, {"nonce": 7}])[0].batch
    'bulk-1'
    """
    entries = events if isinstance(events, list) else []
    return [
        Accepted(decision, _batch(entry)) for entry in entries for decision in decisions([entry])
    ]


def _batch(entry: dict[str, object]) -> str:
    batch = entry.get("batch")
    ours = isinstance(batch, str) and batch.startswith("bulk-") and len(batch) <= LONGEST_BATCH
    return str(batch) if ours else ""


def sheet(
    *,
    key: str,
    queue: Sequence[SheetRow],
    labels: Sequence[str],
    acked: Sequence[str],
    on_accept: Callable[[list[Accepted]], None],
    scope: str,
    size: int = 25,
) -> None:
    """Draw a page, and have the next one ready.

    Parameters
    ----------
    key : str
        Names this sheet in session state and in the browser tab; let it contain the project's name
        and the reviewer's.
    queue : sequence of SheetRow
        Rows of this page and the next, the first ones first.
    labels : sequence of str
        Their keys are the labeller's.
    acked : sequence of str
        Uids known to be stored.
    on_accept : callable
        Stores what was done. Called again with everything that was not acked.
    scope : str
        The label proposed; the page on screen stays until it is accepted, or this changes.
    size : int
        Rows of a page.
    """

    def deliver() -> None:
        if made := accepted(st.session_state[key].get("events")):
            on_accept(made)

    data = {
        "key": key,
        "scope": scope,
        "labels": list(labels),
        "queue": [asdict(row) for row in queue],
        "acked": list(acked),
        "size": size,
    }
    _component(key=key, data=data, on_events_change=deliver)


def _script() -> str:
    shared = [LABELLER / name for name in ("outbox.js", "keys.js", "text.js")]
    files = [*shared, ASSETS / "row.js", ASSETS / "sheet.js"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


_component = st.components.v2.component(
    "tunesmith.sheet",
    html=(ASSETS / "sheet.html").read_text(encoding="utf-8"),
    css=(ASSETS / "sheet.css").read_text(encoding="utf-8"),
    js=_script(),
)
