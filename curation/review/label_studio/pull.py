"""Bring back what people say in Label Studio, each word exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from curation.review.label_studio.door import Connection
from curation.review.label_studio.listener import Listener
from curation.review.label_studio.records import TaskRecord
from curation.review.label_studio.requests import (
    TOUCHED,
    Filter,
    get_project,
    list_drafts,
    list_people,
    list_tasks,
    tasks_by_id,
)
from curation.review.label_studio.state import PushState
from curation.review.label_studio.stock import take_stock
from curation.types import Annotation, Task

OVERLAP = timedelta(seconds=60)
"""How far a pull looks back behind its cursor, for changes committed late or stamped alike."""

STAMPS = ("id", "updated_at")
SHOWN = ("data", "predictions", "model_version", "result")
SAID = (*STAMPS, *SHOWN, "annotations", "completed_by", "was_cancelled", "lead_time")

BEGUN: Filter = ("draft_exists", "equal", "True", "Boolean")
"""Tasks with a draft, anybody's: a draft does not touch its task's stamp."""


class Pulled(NamedTuple):
    """What a pull brought back; `problems` say what was left out, where and why."""

    annotations: tuple[Annotation, ...]
    state: PushState
    problems: tuple[str, ...]


def pull(connection: Connection, task: Task, state: PushState) -> Pulled:
    """Return what people said since the last pull: answers, edits, skips, deletions and drafts.

    Every version of a Label Studio annotation becomes one of ours whose uid follows from server,
    annotation and version, so that storing it twice changes nothing; keep annotations and
    state in one transaction. A rejected response refuses the suggestion; a choice between two
    is a preference; a deleted annotation is undone. An answer this task cannot hold is left out
    and named among the problems, again at every pull until it is put right.

    What is new is told by the server's own stamps, never by a clock of ours, and new annotations
    also by their numbers, should the server's clock be set back. A task deleted in Label Studio
    leaves no trace there: what was said on it stays, the next push sends its example again, and
    the problems say how many are gone.

    Raises
    ------
    ReviewBackendError
        If nothing was pushed yet or the server fails; the state is then as it was.
    """
    project = get_project(connection, state.project)
    state, gone = take_stock(connection, state, project)
    newest = list_tasks(
        connection, state.project, TOUCHED, fields=STAMPS, order="-tasks:updated_at", size=1
    ).tasks
    people = list_people(connection)
    listener = Listener(task, connection.host, people, state)
    changed = {each.id: each for each in _changed(connection, state)} if newest else {}
    for each in changed.values():
        listener.hear(each)
    _hear_drafts(connection, state, listener)
    # What changed while we read is newer than `newest`, so the next pull finds it; the cursor
    # waits for what could not be read.
    stops = [each.updated_at for each in newest]
    stops += [each.updated_at for each in listener.unreadable]
    cursor = min(stops).isoformat() if stops else state.cursor
    news = {"cursor": cursor, "heard": listener.heard, "drafts": listener.drafts}
    problems = (*_gone(gone, project.title), *_left_out(connection, state, listener))
    return Pulled(tuple(listener.annotations), state.model_copy(update=news), problems)


def _changed(connection: Connection, state: PushState) -> Iterator[TaskRecord]:
    """Yield the tasks that changed since the cursor, and those with annotations newer than ours."""
    if not state.cursor:
        yield from tasks_by_id(connection, state.project, TOUCHED, fields=SAID)
        return
    # The server reads a stamp in the time zone it writes stamps in, whatever its Z says.
    since = (datetime.fromisoformat(state.cursor) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    stamped: Filter = ("updated_at", "greater", since, "Datetime")
    late: Filter = ("updated_at", "less_or_equal", since, "Datetime")
    last = max(map(int, state.heard), default=0)
    numbered: Filter = ("annotations_ids", "greater", last, "Number")
    yield from tasks_by_id(connection, state.project, TOUCHED, stamped, fields=SAID)
    yield from tasks_by_id(connection, state.project, late, numbered, fields=SAID)


def _hear_drafts(connection: Connection, state: PushState, listener: Listener) -> None:
    ours, there = set(state.tasks.values()), set()
    for begun in tasks_by_id(connection, state.project, BEGUN, fields=("id", *SHOWN)):
        if begun.id in ours:
            for draft in list_drafts(connection, begun.id):
                listener.hear_draft(begun, draft)
                there.add(str(draft.id))
    listener.drafts = {name: at for name, at in listener.drafts.items() if name in there}


def _gone(examples: tuple[str, ...], title: str) -> Iterator[str]:
    if examples:
        yield (
            f"{len(examples)} of our tasks were deleted in {title!r}. What was said on them stays; "
            "the next push sends them again."
        )


def _left_out(connection: Connection, state: PushState, listener: Listener) -> Iterator[str]:
    where = f"{connection.url}/projects/{state.project}/data?task="
    for item in listener.unreadable:
        yield f"An answer was left out: {item.why}. [{where}{item.task}]"
