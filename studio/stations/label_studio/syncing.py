"""Review in Label Studio: send the queue there, take answers back, withdraw what is settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from curation.project import Project
from curation.review.label_studio import sync as engine
from curation.review.label_studio.door import Connection
from curation.review.label_studio.sync import PushState
from curation.review.queue import QueueItem
from curation.types import Split
from studio.stations.label_studio.cards import front, settled, wanted
from studio.stations.label_studio.link import (
    Sync,
    address_of,
    alone,
    as_link,
    ask_of,
    begun,
    introduce,
    keep,
    knock,
    last_sync,
    remember,
    state_of,
)
from studio.stations.review import answer


class Glance(NamedTuple):
    """How things stand with a Label Studio, as far as we know without asking it.

    Attributes
    ----------
    address : str
    page : str
        Where people answer there; empty before the first push.
    tasks : int
        Our tasks there.
    waiting : int
        Those nobody has said anything on.
    said : int
        Annotations brought back and still there.
    last : Sync or None
    """

    address: str
    page: str
    tasks: int
    waiting: int
    said: int
    last: Sync | None


def look(project: Project, *, url: str = "") -> Glance:
    """Return how things stand, without asking the server."""
    address = address_of(project, url)
    states = [state_of(project, address, compare=compare) for compare in (False, True)]
    there = {task for state in states for task in state.tasks.values()}
    heard = [known.task for state in states for known in state.heard.values()]
    page = next((f"{address}/projects/{s.project_id}/data" for s in states if s.project_id), "")
    waiting = len(there - set(heard))
    return Glance(address, page, len(there), waiting, len(heard), last_sync(project, address))


def check(project: Project, *, url: str = "") -> Sync:
    """Return which server it is and whose token opens it, without doing anything there.

    Raises
    ------
    ReviewBackendError
        If nothing answers, it is not Label Studio, or it does not take the token.
    """
    with knock(address_of(project, url)) as connection:
        return introduce(connection)


def push(
    project: Project,
    *,
    url: str = "",
    number: int = 100,
    split: Split = Split.TRAIN,
    compare: bool = False,
) -> PushState:
    """Send the front of a split's queue, with suggestions where they may lead.

    `compare` sends pairs of responses to choose between, which are a project of their own there.
    """
    address = address_of(project, url)
    with alone(project, address), knock(address) as connection:
        cards = front(project, split, number, compare=compare)[:number]
        return _push(project, connection, address, cards, compare=compare)


def pull(project: Project, *, url: str = "") -> Sync:
    """Take back what people said since the last time, and return what came."""
    address = address_of(project, url)
    with alone(project, address), knock(address) as connection:
        done = introduce(connection)
        there = begun(project, address) or [state_of(project, address)]
        kept, problems = _pull(project, connection, address, there)
        done = done.model_copy(update={"kept": kept, "problems": problems})
        return remember(project, address, done)


def sync(
    project: Project,
    *,
    url: str = "",
    number: int = 100,
    split: Split = Split.TRAIN,
    compare: bool = False,
) -> Sync:
    """Take answers back, withdraw what was settled here, and keep `number` examples waiting there.

    Every step is kept as soon as it is done: after a fault the next sync goes on from there.
    """
    address = address_of(project, url)
    with alone(project, address), knock(address) as connection:
        done = introduce(connection)
        kept, problems = _pull(project, connection, address, begun(project, address))
        withdrawn = _withdraw(project, connection, address, begun(project, address))
        there = state_of(project, address, compare=compare)
        cards = wanted(project, there, number=number, split=split, compare=compare)
        state = _push(project, connection, address, cards, compare=compare)
        sent = len(state.tasks.keys() - there.tasks)
        update = {"kept": kept, "withdrawn": withdrawn, "sent": sent, "problems": problems}
        return remember(project, address, done.model_copy(update=update))


def forget(project: Project, *, url: str = "") -> int:
    """Forget what is where, so that the next push makes a new project; return how many tasks.

    Nothing is deleted: what people said stays here, and the tasks stay there.
    """
    address = address_of(project, url)
    with alone(project, address):
        there = begun(project, address)
        for state in there:
            keep(project, address, engine.forget(state))
        return sum(len(state.tasks) for state in there)


def _pull(
    project: Project, connection: Connection, address: str, there: Iterable[PushState]
) -> tuple[int, tuple[str, ...]]:
    """Keep what is new, each project's with the place it was read up to, in one transaction."""
    kept = 0
    problems: tuple[str, ...] = ()
    for state in there:
        pulled = engine.pull(connection, project.task, state)
        kept += answer(project, pulled.annotations, link=as_link(address, pulled.state))
        problems = (*problems, *pulled.problems)
    return kept, problems


def _push(
    project: Project,
    connection: Connection,
    address: str,
    cards: Sequence[QueueItem],
    *,
    compare: bool,
) -> PushState:
    guidelines = project.guidelines
    there = state_of(project, address, compare=compare)
    known = [card for card in cards if card.example.id in there.tasks]

    def progress(state: PushState) -> None:
        keep(project, address, state)

    state = engine.push(
        connection,
        project.task,
        f"Tunesmith: {project.settings.name}" + (", pairs" if compare else ""),
        cards,
        there,
        guidelines=guidelines.read_text("utf-8") if guidelines.is_file() else "",
        on_progress=progress,
    )
    ask_of(connection, state.project, project.settings.review.people)
    state = engine.suggest(connection, project.task, known, state, on_progress=progress)
    progress(state)
    return state


def _withdraw(
    project: Project, connection: Connection, address: str, there: Iterable[PushState]
) -> int:
    """Take away the tasks of examples that need no more answers; return how many."""
    removed = 0
    for state in there:
        done = engine.withdraw(connection, state, settled(project, state))
        keep(project, address, done.state)
        removed += len(done.removed)
    return removed
