"""How we left things with each Label Studio: its address, what is there, and one sync at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.review.label_studio.door import Connection, connect
from curation.review.label_studio.requests import change_project
from curation.review.label_studio.sync import PushState
from curation.types import Noun, now

TOKEN = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the variable's name, not a secret
ADDRESS = "LABEL_STUDIO_URL"
DEFAULT = "http://127.0.0.1:8080"
LOCK = "label-studio.lock"
WAIT = 10.0
"""Seconds to wait for another sync of the same project; most take less."""


class _Version(BaseModel):
    release: str
    edition: str = ""


class _Overlap(BaseModel):
    maximum_annotations: int = 1


class Sync(Noun):
    """What one sync did, kept for whoever looks next."""

    user: str = Field(description="Whose token it was, by e-mail address.")
    token: str = Field(description="What kind of token it was.")
    server: str = Field(description="Which Label Studio it was.")
    at: datetime = Field(default_factory=now, description="When it ended.")
    kept: int = Field(default=0, description="Words of people that are new: answers, skips, ...")
    withdrawn: int = Field(default=0, description="Tasks taken away: they are resolved here.")
    sent: int = Field(default=0, description="Tasks that are new there.")
    problems: tuple[str, ...] = Field(default=(), description="What was left out, where and why.")


def address_of(project: Project, url: str = "") -> str:
    """Return the server's address: `url`, the environment's, the project's, or this machine's."""
    named = url or os.environ.get(ADDRESS, "") or project.settings.label_studio_url or DEFAULT
    return named.strip().rstrip("/")


def knock(address: str) -> Connection:
    """Return a connection with the environment's token.

    Raises
    ------
    ReviewBackendError
        If there is no token, nothing answers, it is not Label Studio, or it refuses the token.
    """
    token = os.environ.get(TOKEN, "")
    if not token:
        raise ReviewBackendError(
            "There is no Label Studio token.",
            where=address,
            remedy=f"Set {TOKEN} in the environment; `make label-studio` prints it.",
        )
    return connect(address, token)


@contextmanager
def alone(project: Project, address: str) -> Iterator[None]:
    """Let no other sync of this project come in between, in this process or another.

    Raises
    ------
    ReviewBackendError
        If another sync is under way and does not end within ten seconds.
    """
    lock = FileLock(project.folder / LOCK)
    try:
        lock.acquire(timeout=WAIT)
    except Timeout:
        raise ReviewBackendError(
            "Another sync of this project with Label Studio is under way.",
            where=address,
            remedy="Try again when it is done: this one then has less to do.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def introduce(connection: Connection) -> Sync:
    """Return which server this is and whose token opened it, as a sync that did nothing yet."""
    found = connection.ask(_Version, "GET", "version")
    jwt = os.environ.get(TOKEN, "").count(".") == 2  # header, claims, signature
    return Sync(
        user=connection.user,
        token="personal access token" if jwt else "legacy token",
        server=f"Label Studio {found.release}" + (f" ({found.edition})" if found.edition else ""),
    )


def ask_of(connection: Connection, number: int, people: int) -> None:
    """Have a Label Studio project offer each task to so many people; it is one unless told."""
    asked = {"include": "maximum_annotations"}
    there = connection.ask(_Overlap, "GET", f"projects/{number}/", params=asked)
    if there.maximum_annotations != people:
        change_project(connection, number, {"maximum_annotations": people})


def remember(project: Project, address: str, done: Sync) -> Sync:
    """Keep what a sync did, and return it."""
    project.store.save_link(f"label studio, last sync {address}", done.model_dump(mode="json"))
    return done


def last_sync(project: Project, address: str) -> Sync | None:
    """Return what the last sync did, or None before the first."""
    kept = project.store.link(f"label studio, last sync {address}")
    return Sync.model_validate(kept) if kept else None


def state_of(project: Project, address: str, *, compare: bool = False) -> PushState:
    """Return what is where; pairs to choose between are in a project of their own there."""
    kept = project.store.link(_name(address, compare))
    return PushState.model_validate(kept) if kept else PushState(compare=compare)


def begun(project: Project, address: str) -> list[PushState]:
    """Return what is where in each project of ours on a server; empty before the first push."""
    states = (state_of(project, address, compare=compare) for compare in (False, True))
    return [state for state in states if state.project_id is not None]


def as_link(address: str, state: PushState) -> tuple[str, dict[str, object]]:
    """Return a state under the name the store keeps it by."""
    return _name(address, state.compare), state.model_dump(mode="json")


def keep(project: Project, address: str, state: PushState) -> None:
    """Keep what is where."""
    project.store.save_link(*as_link(address, state))


def _name(address: str, compare: bool) -> str:
    return f"label studio {address}" + (", pairs" if compare else "")
