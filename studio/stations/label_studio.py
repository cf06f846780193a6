"""Send the queue to Label Studio and take its answers back, remembering where we left off."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.review import label_studio as backend
from curation.types import Split
from studio.stations.labels import add_up, vote
from studio.stations.review import answer, review_queue

TOKEN = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the variable's name, not a secret
LINK = "label studio"


def push(
    project: Project, *, url: str = "", number: int = 100, split: Split = Split.TRAIN
) -> backend.PushState:
    """Send the front of a split's queue, with the functions' suggestions where they may lead."""
    matrix = vote(project) if split is Split.TRAIN and project.task.labels else None
    probable = add_up(project, matrix) if matrix else None
    queue = review_queue(project, split=split, matrix=matrix, probable=probable, size=number)
    cards = [
        backend.PushCard(item.example, item.suggestion, item.confidence, item.reason)
        for item in queue
    ]
    connection, address = _connect(project, url)
    return backend.push(
        connection,
        project.task,
        f"Tunesmith: {project.settings.name}",
        cards,
        _state(project, address),
        on_progress=lambda state: _keep(project, address, state),
    )


def pull(project: Project, *, url: str = "") -> int:
    """Take back what people said since the last time; return how many answers were new."""
    connection, address = _connect(project, url)
    state = _state(project, address)
    if state.project_id is None:
        raise ReviewBackendError(
            "Nothing was sent to this Label Studio yet.",
            where=address,
            remedy="Send some examples first.",
        )
    pulled = backend.pull(connection, project.task, state)
    kept = answer(project, pulled.annotations)
    _keep(project, address, pulled.state)  # last: a crash before this pulls the same again
    return kept


def _connect(project: Project, url: str) -> tuple[Any, str]:
    address = url or project.settings.label_studio_url or "http://127.0.0.1:8080"
    token = os.environ.get(TOKEN, "")
    if not token:
        raise ReviewBackendError(
            "There is no Label Studio token.",
            where=address,
            remedy=f"Set {TOKEN} in the environment; `make label-studio` prints it.",
        )
    return backend.connect(address, token), address


def _state(project: Project, address: str) -> backend.PushState:
    kept: Mapping[str, Any] = project.store.link(f"{LINK} {address}") or {}
    return backend.PushState(
        project_id=kept.get("project_id"),
        tasks=kept.get("tasks", {}),
        cursor=kept.get("cursor", ""),
    )


def _keep(project: Project, address: str, state: backend.PushState) -> None:
    record = {"project_id": state.project_id, "tasks": dict(state.tasks), "cursor": state.cursor}
    project.store.save_link(f"{LINK} {address}", record)
