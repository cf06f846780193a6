"""What to do next: at most five actions, by the errors each explains for a minute of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.diagnosis.causes import CAUSES
from evaluation.diagnosis.claim import Claim, Kind, Rows
from evaluation.diagnosis.scene import Scene

MOST = 5
AT_ONCE = 40
"""Examples a person is asked about in one action."""
SECONDS_A_ROW = 6.0
"""What an answer takes a practised person; the project's own pace where it is known."""
MINUTES: dict[Kind, float] = {
    "function": 5.0, "template": 5.0, "drop": 2.0, "collect": 20.0, "look": 5.0,
}  # fmt: skip
"""What the other actions take, about."""
FEWEST = 3
"""Errors that no earlier action explains, for an action to be worth proposing."""


@dataclass(frozen=True)
class Action:
    """A claim, and what acting on it would take.

    Attributes
    ----------
    claim : Claim
    title : str
        What to do, in an imperative sentence.
    minutes : float
    worth : float
        Errors explained that no earlier action explains, times confidence, a minute.
    """

    claim: Claim
    title: str
    minutes: float
    worth: float


def all_claims(scene: Scene) -> tuple[Claim, ...]:
    """Return what every cause claims."""
    return tuple(claim for name in CAUSES for claim in CAUSES[name].claims(scene))


def next_actions(
    claims: Iterable[Claim], *, most: int = MOST, seconds: float = SECONDS_A_ROW
) -> tuple[Action, ...]:
    """Return the actions most worth their time, the best first.

    An error counts once: for the action that is chosen before the others.

    Parameters
    ----------
    claims : iterable of Claim
    most : int
    seconds : float
        What one answer takes a person.
    """
    left, chosen = list(claims), list[Action]()
    done: Rows = np.array([], dtype=np.intp)
    while left and len(chosen) < most:
        made = [_action(claim, done, seconds) for claim in left]
        best = max(range(len(made)), key=lambda at: made[at].worth)
        claim = left.pop(best)
        if len(np.setdiff1d(claim.errors, done)) + claim.latent < FEWEST:
            continue
        chosen.append(made[best])
        done = np.union1d(done, claim.errors)
    return tuple(chosen)


def _action(claim: Claim, done: Rows, seconds: float) -> Action:
    claim = replace(claim, work_on=_asked(claim))
    minutes = _minutes(claim, seconds)
    fresh = len(np.setdiff1d(claim.errors, done)) + claim.latent
    return Action(claim, _title(claim), minutes, fresh * claim.confidence / minutes)


def _asked(claim: Claim) -> tuple[str, ...]:
    by_person = claim.do in ("recheck", "label")
    return claim.work_on[:AT_ONCE] if by_person else claim.work_on


def _minutes(claim: Claim, seconds: float) -> float:
    if claim.do in ("recheck", "label"):
        return max(1.0, len(claim.work_on) * seconds / 60)
    return MINUTES[claim.do]


def _title(claim: Claim) -> str:
    n = len(claim.work_on)
    return {
        "function": f"Edit {claim.subject}",
        "recheck": f"Check {n} labels again: {claim.subject}",
        "label": f"Label {n} texts that look like {claim.subject}",
        "collect": f"Collect {claim.subject}",
        "template": f"Mend {claim.subject}",
        "drop": f"Leave {n} training rows out that repeat validation rows",
        "look": "Train longer, or at a higher rate or rank",
    }[claim.do]


def explained_by(actions: Sequence[Action], row: int) -> Action | None:
    """Return the first action that explains a validation row's error."""
    return next((action for action in actions if row in action.claim.errors), None)
