"""Send the queue to Label Studio and take its answers back, remembering where we left off."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from filelock import FileLock, Timeout
from pydantic import Field

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.review.label_studio import Connection, connect
from curation.review.label_sync import PushState
from curation.review.label_sync import pull as pull_from
from curation.review.label_sync import push as push_to
from curation.review.queue import QueueItem
from curation.types import Annotation, Noun, Split, now
from curation.words import is_answer, standing_words
from studio.stations.labels import add_up, vote
from studio.stations.review import answer, review_queue

TOKEN = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the variable's name, not a secret
ADDRESS = "LABEL_STUDIO_URL"
DEFAULT = "http://127.0.0.1:8080"
LINK, LAST = "label studio", "label studio, last sync"
LOCK = "label-studio.lock"
WAIT = 10.0
"""Seconds to wait for another sync of the same project; most take less."""


class Sync(Noun):
    """What one sync did, kept for whoever looks next."""

    user: str = Field(description="Whose token it was, by e-mail address.")
    server: str = Field(description="Which Label Studio it was.")
    at: datetime = Field(default_factory=now, description="When it ended.")
    kept: int = Field(default=0, description="Answers that are new.")
    withdrawn: int = Field(default=0, description="Tasks taken away: they are resolved here.")
    sent: int = Field(default=0, description="Tasks that are new there.")
    problems: tuple[str, ...] = Field(default=(), description="What was left out, where and why.")


class Glance(NamedTuple):
    """How things stand with a Label Studio, as far as we know without asking it."""

    address: str
    page: str | None
    tasks: int
    waiting: int
    answers: int
    last: Sync | None


def look(project: Project, *, url: str = "") -> Glance:
    """Return how things stand, without asking the server."""
    address = _address(project, url)
    state = _state(project, address)
    answered = {known.task for known in state.heard.values()}
    last = project.store.link(f"{LAST} {address}")
    return Glance(
        address=address,
        page=f"{address}/projects/{state.project_id}/data" if state.project_id else None,
        tasks=len(state.tasks),
        waiting=len(set(state.tasks.values()) - answered),
        answers=len(state.heard),
        last=Sync.model_validate(last) if last else None,
    )


def check(project: Project, *, url: str = "") -> Sync:
    """Open the door and close it again: return which server it is, and whose token.

    Raises
    ------
    ReviewBackendError
        If nothing answers, it is not Label Studio, or it does not take the token.
    """
    with _connect(_address(project, url)) as connection:
        return _introduced(connection)


def push(
    project: Project, *, url: str = "", number: int = 100, split: Split = Split.TRAIN
) -> PushState:
    """Send the front of a split's queue, with the functions' suggestions where they may lead."""
    with _open(project, url) as (address, connection):
        cards = _queue(project, split)[:number]
        return _push(project, address, connection, cards)


def pull(project: Project, *, url: str = "") -> tuple[int, tuple[str, ...]]:
    """Take back what people said since the last time.

    Returns
    -------
    kept : int
        Answers that are new.
    problems : tuple of str
        What was left out, where and why.
    """
    with _open(project, url) as (address, connection):
        kept, problems = _pull(project, address, connection)
        _remember(project, address, connection, kept=kept, problems=problems)
        return kept, problems


def sync(project: Project, *, url: str = "", number: int = 100, split: Split = Split.TRAIN) -> Sync:
    """Take answers back, withdraw what was resolved here, and keep `number` examples waiting.

    Every step is kept as it is done: after a fault the next sync goes on where this one stopped.
    """
    with _open(project, url) as (address, connection):
        kept, problems = (
            _pull(project, address, connection) if _begun(project, address) else (0, ())
        )
        before = set(_state(project, address).tasks)
        cards = _wanted(project, address, split, number)
        state = _push(project, address, connection, cards)
        sent = len(set(state.tasks) - before)
        return _remember(project, address, connection, kept=kept, sent=sent, problems=problems)


def _push(
    project: Project, address: str, connection: Connection, cards: Sequence[QueueItem]
) -> PushState:
    return push_to(
        connection,
        project.task,
        f"Tunesmith: {project.settings.name}",
        cards,
        _state(project, address),
        on_progress=lambda state: project.store.save_link(*_link(address, state)),
    )


def _pull(project: Project, address: str, connection: Connection) -> tuple[int, tuple[str, ...]]:
    pulled = pull_from(connection, project.task, _state(project, address))
    kept = answer(project, pulled.annotations, link=_link(address, pulled.state))
    return kept, pulled.problems


def _queue(project: Project, split: Split) -> tuple[QueueItem, ...]:
    """Return the whole queue of a split, with suggestions where they may lead."""
    matrix = vote(project) if split is Split.TRAIN and project.task.classifies else None
    probable = add_up(project, matrix) if matrix else None
    size = sum(project.store.count_examples().values())
    return review_queue(project, split=split, matrix=matrix, probable=probable, size=size)


def _wanted(project: Project, address: str, split: Split, number: int) -> tuple[QueueItem, ...]:
    """Return the cards that are to wait there: those that do already, then the queue's front."""
    there = _state(project, address).tasks
    queue = _queue(project, split)
    kept = [card for card in queue if card.example.id in there]
    new = [card for card in queue if card.example.id not in there]
    chosen = {card.example.id for card in (*kept, *new)[: max(number, len(kept))]}
    return tuple(card for card in queue if card.example.id in chosen)


def _resolved(said: Sequence[Annotation], people: int) -> bool:
    """Return whether an example needs no more answers, by its standing words."""
    if any(each.action in ("decide", "exclude") for each in said):
        return True
    return len({each.reviewer for each in said if is_answer(each)}) >= people


def _resolved_here(project: Project, address: str) -> tuple[str, ...]:
    """Return the examples that wait there and need no more answers."""
    standing = standing_words(project.store.annotations())
    people = project.settings.review.people
    return tuple(
        name for name in _state(project, address).tasks if _resolved(standing.get(name, ()), people)
    )


def _begun(project: Project, address: str) -> bool:
    return _state(project, address).project_id is not None


@contextmanager
def _open(project: Project, url: str) -> Iterator[tuple[str, Connection]]:
    """Connect, and let no other sync of this project come in between."""
    address = _address(project, url)
    lock = FileLock(project.folder / LOCK, timeout=WAIT)
    try:
        lock.acquire()
    except Timeout:
        raise ReviewBackendError(
            "Another sync of this project with Label Studio is under way.",
            where=address,
            remedy="Wait until it is done; then this one has less to do.",
        ) from None
    try:
        with _connect(address) as connection:
            yield address, connection
    finally:
        lock.release()


def _address(project: Project, url: str) -> str:
    return (
        url or os.environ.get(ADDRESS, "") or project.settings.label_studio_url or DEFAULT
    ).rstrip("/")


def _connect(address: str) -> Connection:
    token = os.environ.get(TOKEN, "")
    if not token:
        raise ReviewBackendError(
            "There is no Label Studio token.",
            where=address,
            remedy=f"Set {TOKEN} in the environment; `make label-studio` prints it.",
        )
    return connect(address, token)


def _introduced(connection: Connection) -> Sync:
    return Sync(user=connection.user, server="Label Studio")


def _remember(project: Project, address: str, connection: Connection, **done: object) -> Sync:
    said = _introduced(connection).model_copy(update=done)
    project.store.save_link(f"{LAST} {address}", said.model_dump(mode="json"))
    return said


def _state(project: Project, address: str) -> PushState:
    return PushState.model_validate(project.store.link(f"{LINK} {address}") or {})


def _link(address: str, state: PushState) -> tuple[str, dict[str, object]]:
    return f"{LINK} {address}", state.model_dump(mode="json")
