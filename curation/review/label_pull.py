"""Bring back what people say in Label Studio, each word exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from curation.review.label_answers import Listener
from curation.review.label_state import PushState
from curation.review.label_studio import Connection, Filter
from curation.types import Annotation, Task

OVERLAP = timedelta(seconds=60)
"""How far a pull looks back behind its cursor, for changes committed late or stamped alike."""

SAID = ("annotations", "result", "completed_by", "was_cancelled", "created_at", "lead_time")

TOUCHED: Filter = ("updated_by", "empty", "False", "List")
"""Tasks a person has changed; those only imported are not worth reading."""


class Pulled(NamedTuple):
    """What a pull brought back; `problems` say what was left out, where and why."""

    annotations: tuple[Annotation, ...]
    state: PushState
    problems: tuple[str, ...]


def pull(connection: Connection, task: Task, state: PushState) -> Pulled:
    """Return what people said since the last pull: answers, edits, skips and deletions.

    Every version of a Label Studio annotation becomes one of ours whose uid follows from server,
    annotation and version, so that storing it twice changes nothing; keep annotations and
    state in one transaction. A skipped task and a rejected response are skips; a deleted annotation
    is undone. An answer this task cannot hold is left out and named among the problems, again at
    every pull until it is put right. A task deleted in Label Studio leaves no trace there: what was
    said on it stays, and the problems say how many are gone.

    Raises
    ------
    ReviewBackendError
        If nothing was pushed yet or the server fails; the state is then as it was.
    """
    project = connection.project(state.project)
    gone = len(state.tasks) - (project.task_number or 0)
    lost = (f"{gone} of our tasks were deleted in {project.title!r}.",) * (gone > 0)
    stamps = ("id", "updated_at")
    newest = connection.tasks(
        state.project, TOUCHED, fields=stamps, order="-tasks:updated_at", size=1
    )
    if not newest:
        return Pulled((), state, lost)
    listener = Listener(task, connection.host, connection.people(), state.heard)
    since = _since(state.cursor)
    fields = (*stamps, "data", *SAID)
    for changed in connection.tasks_by_id(state.project, TOUCHED, *since, fields=fields):
        if changed.data.get("example_id") in state.tasks:
            listener.hear(changed.id, changed.data, changed.updated_at, changed.annotations or ())
    # What changed while we read is newer than `newest`, so the next pull finds it; the cursor
    # waits for what could not be read.
    stops = [newest[0].updated_at, *(item.updated_at for item in listener.unreadable)]
    news = {"cursor": min(stops).isoformat(), "heard": listener.heard}
    where = f"{connection.url}/projects/{state.project}/data?task="
    problems = (
        f"An answer was left out: {item.why}. [{where}{item.task}]" for item in listener.unreadable
    )
    return Pulled(tuple(listener.annotations), state.model_copy(update=news), (*lost, *problems))


def _since(cursor: str) -> tuple[Filter, ...]:
    if not cursor:
        return ()
    start = (datetime.fromisoformat(cursor) - OVERLAP).isoformat().replace("+00:00", "Z")
    return (("updated_at", "greater", start, "Datetime"),)
