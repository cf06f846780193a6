"""Send review cards to Label Studio and bring back what people say there, each exactly once."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import Field

from curation.exceptions import ReviewBackendError
from curation.review.label_answers import Heard, Listener
from curation.review.label_config import guess, label_config, offered
from curation.review.label_studio import Connection, Filter, check_prediction
from curation.review.queue import QueueItem
from curation.types import Annotation, JsonObject, Noun, Task

PushCard = QueueItem
"""What is pushed is a card of the review queue, in the queue's order."""

BATCH = 500
"""Tasks per request: Label Studio's own import batch, and the fastest measured."""

OVERLAP = timedelta(seconds=60)
"""How far a pull looks back behind its cursor, for changes committed late or stamped alike."""

MODEL = "tunesmith"
MARK = "Pushed by Tunesmith for review."
SAID = ("annotations", "result", "completed_by", "was_cancelled", "created_at", "lead_time")

TOUCHED: Filter = ("updated_by", "empty", "False", "List")
"""Tasks a person has changed; those only imported are not worth reading."""


class PushState(Noun):
    """What is where in Label Studio; the caller keeps it between calls."""

    project_id: int | None = Field(default=None, description="The Label Studio project.")
    tasks: dict[str, int] = Field(default_factory=dict, description="Task ids by example id.")
    cursor: str = Field(default="", description="The server's stamp of the last change pulled.")
    heard: dict[str, Heard] = Field(
        default_factory=dict, description="Annotations taken in, by Label Studio id."
    )

    @property
    def project(self) -> int:
        """The Label Studio project; ReviewBackendError before the first push."""
        if self.project_id is None:
            raise ReviewBackendError("Nothing was sent to Label Studio yet.", remedy="Push first.")
        return self.project_id

    def with_tasks(self, tasks: Mapping[str, int]) -> PushState:
        """Return the state that also knows these; a task known already stays the one."""
        return self.model_copy(update={"tasks": {**tasks, **self.tasks}})


class Pulled(NamedTuple):
    """What a pull brought back; `problems` say what was left out, where and why."""

    annotations: tuple[Annotation, ...]
    state: PushState
    problems: tuple[str, ...]


def push(
    connection: Connection,
    task: Task,
    title: str,
    cards: Sequence[PushCard],
    state: PushState,
    *,
    on_progress: Callable[[PushState], None] = lambda _: None,
) -> PushState:
    """Send the cards that Label Studio does not have yet, in their order, with suggestions.

    Pushing twice sends nothing twice, also after a crash: tasks newer than the last one we know
    of are recognised by the example id they carry.

    Parameters
    ----------
    connection : Connection
    task : Task
    title : str
        The Label Studio project's title, three characters or more; used when there is none yet.
    cards : sequence of QueueItem
    state : PushState
        Where things stood; empty the first time.
    on_progress : callable
        Called with the state to keep after the project is made and after every batch of 500, so
        that what was sent before a fault is not lost.

    Raises
    ------
    ReviewBackendError
        If a suggestion does not fit the labels (nothing is sent), if a label was taken away after
        people began, or if the server fails.
    """
    config = label_config(task)
    wanted = {card.example.id: card for card in cards if card.example.id not in state.tasks}
    payloads = {name: _payload(task, config, card) for name, card in wanted.items()}
    state = _with_project(connection, task, title, config, state)
    state = state.with_tasks(_unknown_tasks(connection, state))
    on_progress(state)
    missing = [name for name in payloads if name not in state.tasks]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        ids = connection.import_tasks(state.project, [payloads[name] for name in batch])
        state = state.with_tasks(dict(zip(batch, ids, strict=True)))
        on_progress(state)
    return state


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


def _payload(task: Task, config: str, card: PushCard) -> JsonObject:
    example = card.example
    data = {"text": example.input, "example_id": example.id, "reason": card.reason}
    if card.suggestion is None:
        return {"data": data}
    regions = guess(task, card.suggestion)
    prediction = {"model_version": MODEL, "score": card.confidence or 0.0, "result": regions}
    check_prediction(config, prediction, example.id)
    return {"data": data, "predictions": [prediction]}


def _with_project(
    connection: Connection, task: Task, title: str, config: str, state: PushState
) -> PushState:
    """Return the state with a project that shows `config`, made now if there is none."""
    if state.project_id is not None:
        _change_screen(connection, connection.project(state.project_id), config)
        return state
    # Empty and ours: it was made by a push that broke off before we heard of it.
    for found in connection.projects(title):
        if found.description == MARK and not found.task_number:
            _change_screen(connection, found, config)
            return state.model_copy(update={"project_id": found.id})
    number = connection.create_project(
        title=title,
        description=MARK,
        label_config=config,
        expert_instruction=html.escape(task.instruction),
        show_instruction=True,
        show_collab_predictions=True,
        # Tasks are served in the order of their ids, which is the order of the cards.
        sampling="Sequential sampling",
        model_version=MODEL,
    )
    return state.model_copy(update={"project_id": number})


def _change_screen(connection: Connection, project: Any, config: str) -> None:  # noqa: ANN401
    if (project.label_config or "").strip() == config.strip():
        return
    lost = sorted(offered(project.label_config or "<View/>") - offered(config))
    if lost and project.total_annotations_number:
        raise ReviewBackendError(
            f"People have begun, and the task no longer has: {', '.join(lost)}.",
            where=f"{connection.url}/projects/{project.id}",
            remedy="Put them back, or start another Label Studio project.",
        )
    connection.change_screen(project.id, config)


def _unknown_tasks(connection: Connection, state: PushState) -> dict[str, int]:
    """Return tasks that reached the server without our hearing of it, by example id."""
    last = max(state.tasks.values(), default=0)
    found = connection.tasks_by_id(state.project, fields=("id", "data"), after=last)
    names = ((task.data.get("example_id"), task.id) for task in found)
    # Of two with the same example the first one counts.
    return {name: number for name, number in reversed(list(names)) if isinstance(name, str)}


def _since(cursor: str) -> tuple[Filter, ...]:
    if not cursor:
        return ()
    start = (datetime.fromisoformat(cursor) - OVERLAP).isoformat().replace("+00:00", "Z")
    return (("updated_at", "greater", start, "Datetime"),)
