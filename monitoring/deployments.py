"""Which run is live, and who made it so: pure functions over an append-only record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from curation.exceptions import MonitoringError
from curation.types import Deployment


def live(deployments: Sequence[Deployment]) -> str | None:
    """Return the run that is live now; None before the first promotion."""
    return deployments[-1].run if deployments else None


def live_at(deployments: Sequence[Deployment], moment: datetime) -> str | None:
    """Return the run that was live at a moment; None before the first promotion."""
    return live([deployment for deployment in deployments if deployment.at <= moment])


def promote(deployments: Sequence[Deployment], run: str, who: str, why: str) -> Deployment:
    """Return the line that makes a run live; the caller appends it.

    Raises
    ------
    MonitoringError
        When the run is live already, or nobody or no reason is named.
    """
    _signed(who, why)
    if live(deployments) == run:
        remedy = "There is nothing to do; promote another run."
        raise MonitoringError("This run is live already.", where=run, remedy=remedy)
    return Deployment(action="promote", run=run, who=who, why=why)


def rollback(deployments: Sequence[Deployment], who: str, why: str) -> Deployment:
    """Return the line that makes the run live which was live before; the caller appends it.

    Two rollbacks in a row go back two promotions, not back and forth.

    Raises
    ------
    MonitoringError
        When no run was live before, or nobody or no reason is named.
    """
    _signed(who, why)
    path = _path(deployments)
    if len(path) < 2:
        where = live(deployments) or "no run is live"
        remedy = "Promote another run instead."
        raise MonitoringError("There is no earlier run to go back to.", where=where, remedy=remedy)
    return Deployment(action="rollback", run=path[-2], who=who, why=why)


def _path(deployments: Sequence[Deployment]) -> list[str]:
    """Return the promotions that still stand, oldest first."""
    path: list[str] = []
    for deployment in deployments:
        if deployment.action == "promote":
            path.append(deployment.run)
        elif path:
            path.pop()
    return path


def _signed(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise MonitoringError(
            "A deployment names who decided it and why.", remedy="Fill in both and try again."
        )
