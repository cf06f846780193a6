"""Send review cards to Label Studio, each once, with what is suggested for them."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from curation.exceptions import ReviewBackendError
from curation.review.label_config import guess, label_config, offered
from curation.review.label_state import BATCH, PushState
from curation.review.label_studio import Connection, check_prediction
from curation.review.queue import QueueItem
from curation.types import JsonObject, Task

MODEL = "tunesmith"
MARK = "Pushed by Tunesmith for review."


def push(
    connection: Connection,
    task: Task,
    title: str,
    cards: Sequence[QueueItem],
    state: PushState,
    *,
    guidelines: str = "",
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
    guidelines : str
        What reviewers go by, plain text; shown above the task, with the instruction.
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
    state = _with_project(connection, task, title, config, state, guidelines)
    state = state.with_tasks(_unknown_tasks(connection, state))
    on_progress(state)
    missing = [name for name in payloads if name not in state.tasks]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        ids = connection.import_tasks(state.project, [payloads[name] for name in batch])
        state = state.with_tasks(dict(zip(batch, ids, strict=True)))
        on_progress(state)
    return state


def suggest(
    connection: Connection,
    task: Task,
    cards: Sequence[QueueItem],
    state: PushState,
    *,
    on_progress: Callable[[PushState], None] = lambda _: None,
) -> PushState:
    """Show new suggestions on tasks that are there already, in bulk; the old ones are replaced.

    Raises
    ------
    ReviewBackendError
        If a suggestion does not fit the labels (nothing is sent), or if the server fails;
        suggesting again then does the rest.
    """
    config = label_config(task)
    payloads = {
        state.tasks[card.example.id]: _payload(task, config, card)
        for card in cards
        if card.example.id in state.tasks
    }
    for number, payload in payloads.items():
        connection.import_predictions(
            state.project, [{"task": number, **p} for p in payload.get("predictions", ())]
        )
    return state


def _payload(task: Task, config: str, card: QueueItem) -> JsonObject:
    example = card.example
    data = {"text": example.input, "example_id": example.id, "reason": card.reason}
    if card.suggestion is None:
        return {"data": data}
    regions = guess(task, card.suggestion)
    prediction = {"model_version": MODEL, "score": card.confidence or 0.0, "result": regions}
    check_prediction(config, prediction, example.id)
    return {"data": data, "predictions": [prediction]}


def _with_project(
    connection: Connection, task: Task, title: str, config: str, state: PushState, guidelines: str
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
        expert_instruction=html.escape("\n\n".join(filter(None, (task.instruction, guidelines)))),
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
