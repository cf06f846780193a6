"""The Label Studio project our tasks are in: made once, and changed without orphaning answers."""

from __future__ import annotations

from collections import Counter

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.config import MODEL, instruction, label_config, offered
from curation.review.label_studio.door import Connection
from curation.review.label_studio.records import ProjectRecord, Summary
from curation.review.label_studio.requests import (
    TITLE,
    change_project,
    create_project,
    find_projects,
    get_summary,
)
from curation.review.label_studio.state import PushState
from curation.review.label_studio.stock import MARK
from curation.types import JsonObject, Task


def with_project(connection: Connection, task: Task, title: str, state: PushState) -> PushState:
    """Return the state with a project for our tasks, made now if there is none."""
    if state.project_id is not None:
        return state
    title = title[:TITLE]
    # Empty and ours: it was made by a push that broke off before we heard of it.
    for found in find_projects(connection, title):
        if found.description == MARK and not found.task_number:
            return state.model_copy(update={"project_id": found.id})
    settings: JsonObject = {
        "title": title,
        "description": MARK,
        "label_config": label_config(task, compare=state.compare),
        "show_instruction": True,
        "show_collab_predictions": True,
        # Tasks are served in the order of their ids, which is the order of the cards.
        "sampling": "Sequential sampling",
        "model_version": MODEL,
    }
    return state.model_copy(update={"project_id": create_project(connection, settings)})


def update_project(
    connection: Connection,
    project: ProjectRecord,
    task: Task,
    guidelines: str,
    people: int | None,
    *,
    compare: bool,
) -> None:
    """Bring up to date what a project shows, and how many people it asks, where it is not.

    Raises
    ------
    ReviewBackendError
        If labels in use were taken away, or the server fails.
    """
    wanted = {
        "label_config": label_config(task, compare=compare),
        "expert_instruction": instruction(task, guidelines),
        **({} if people is None else {"maximum_annotations": people}),
    }
    changes = {
        name: value
        for name, value in wanted.items()
        if str(getattr(project, name) or "").strip() != str(value).strip()
    }
    if "label_config" in changes:
        _refuse_orphans(connection, project, str(changes["label_config"]))
    if changes:
        change_project(connection, project.id, changes)


def _refuse_orphans(connection: Connection, project: ProjectRecord, config: str) -> None:
    """Raise an error if people have said what the new screen no longer knows."""
    orphans = _orphans(get_summary(connection, project.id), offered(config))
    if orphans:
        raise ReviewBackendError(
            f"People have said what the task no longer has: {', '.join(orphans)}.",
            where=f"{connection.url}/projects/{project.id}",
            remedy="Put it back, or forget this project and push to a new one.",
        )


def _orphans(summary: Summary, known: dict[str, set[str]]) -> list[str]:
    """Return what was said and is known no more, and how often it was."""
    controls = {key.split("|")[0]: n for key, n in summary.created_annotations.items() if n}
    lost = [f"{name!r} (in {n} answers)" for name, n in controls.items() if name not in known]
    times: Counter[str] = Counter()
    for said in (summary.created_labels, summary.created_labels_drafts):
        for control in said.keys() & known.keys():
            times.update({k: n for k, n in said[control].items() if k not in known[control]})
    return lost + [f"{label!r} ({n} times)" for label, n in sorted(times.items()) if n]
