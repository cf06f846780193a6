"""Pick the requests that should go back into the ring, each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from curation.types import Request, example_id


@dataclass(frozen=True)
class Pick:
    """A request worth labelling, and why."""

    request: Request
    reason: str


def harvest(requests: Sequence[Request], limit: int = 50) -> tuple[Pick, ...]:
    """Return the disliked requests, then those the model was least sure of, one per input.

    Requests nobody disliked and whose confidence is unknown have no reason to be picked. A
    harvest is a queue, not a sample: no error rate can be read from it.
    """
    picked: dict[str, Pick] = {}
    for request in sorted(requests, key=_order):
        reason = _reason(request)
        if reason:
            picked.setdefault(example_id(request.input), Pick(request, reason))
    return tuple(picked.values())[:limit]


def _order(request: Request) -> tuple[bool, float, str]:
    confidence = 1.0 if request.confidence is None else request.confidence
    return request.feedback != "disliked", confidence, request.id


def _reason(request: Request) -> str:
    if request.feedback == "disliked":
        return "the user disliked the answer"
    if request.confidence is None or request.feedback == "liked":
        return ""
    return f"the model was {request.confidence:.0%} sure"
