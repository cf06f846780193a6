"""What the labeller's browser half sends: a person's decisions, read with suspicion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Action = Literal["answer", "skip", "undo", "refuse", "prefer", "decide", "exclude"]
SILENT = ("skip", "undo", "exclude")
"""Actions that say no answer."""


@dataclass(frozen=True)
class Decision:
    """What the person did with one example.

    Attributes
    ----------
    uid : str
        Made in the browser; the same decision may arrive several times under the same uid.
    example_id : str
        The example that was on screen.
    action : {"answer", "skip", "undo", "refuse", "prefer", "decide", "exclude"}
        Undo withdraws the last decision on the example; refuse says that `answer` is wrong; decide
        that it stands, whatever others said.
    answer : str or None
        The label or the written response; None for what is `SILENT`.
    seconds : float or None
        How long the example was looked at; None for an undo.
    note : str
        What the person added.
    flagged : bool
        Somebody should look at it.
    mode : str
        How it was asked; empty for an undo.
    drawn : str
        What chose the example, as the card said.
    shown : str or None
        What was suggested before the answer.
    rating : int or None
        1 to 5, of what was shown.
    rejected : str or None
        What `answer` is better than; never None when the action is prefer.
    """

    uid: str
    example_id: str
    action: Action
    answer: str | None = None
    seconds: float | None = None
    note: str = ""
    flagged: bool = False
    mode: str = ""
    drawn: str = ""
    shown: str | None = None
    rating: int | None = None
    rejected: str | None = None


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


def _is_decision(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    action = entry.get("action")
    named = all(isinstance(entry.get(name), str) and entry[name] for name in ("uid", "id"))
    answered = isinstance(entry.get("answer"), str) == (action not in SILENT)
    compared = action != "prefer" or isinstance(entry.get("rejected"), str)
    return named and answered and compared and action in get_args(Action)


def _decision(entry: Mapping[str, Any]) -> Decision:
    seconds, rating = entry.get("seconds"), entry.get("rating")
    return Decision(
        uid=entry["uid"],
        example_id=entry["id"],
        action=entry["action"],
        answer=entry.get("answer"),
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        note=_text(entry, "note") or "",
        flagged=entry.get("flagged") is True,
        mode=_text(entry, "mode") or "",
        drawn=_text(entry, "drawn") or "",
        shown=_text(entry, "shown"),
        rating=rating if type(rating) is int and 1 <= rating <= 5 else None,
        rejected=_text(entry, "rejected"),
    )


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return value if isinstance(value, str) else None
