"""Send the queue to Label Studio and take its answers back, remembering where we left off."""

from __future__ import annotations

import os

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.review.label_studio import Connection, connect
from curation.review.label_sync import Pulled, PushState
from curation.review.label_sync import pull as pull_from
from curation.review.label_sync import push as push_to
from curation.types import Split
from studio.stations.labels import add_up, vote
from studio.stations.review import answer, review_queue

TOKEN = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the variable's name, not a secret
LINK = "label studio"


def push(
    project: Project, *, url: str = "", number: int = 100, split: Split = Split.TRAIN
) -> PushState:
    """Send the front of a split's queue, with the functions' suggestions where they may lead."""
    matrix = vote(project) if split is Split.TRAIN and project.task.labels else None
    probable = add_up(project, matrix) if matrix else None
    cards = review_queue(project, split=split, matrix=matrix, probable=probable, size=number)
    connection, address = _connect(project, url)
    return push_to(
        connection,
        project.task,
        f"Tunesmith: {project.settings.name}",
        cards,
        _state(project, address),
        on_progress=lambda state: _keep(project, address, state),
    )


def pull(project: Project, *, url: str = "") -> tuple[int, tuple[str, ...]]:
    """Take back what people said since the last time.

    Returns
    -------
    kept : int
        Answers that are new.
    problems : tuple of str
        What was left out, where and why.
    """
    connection, address = _connect(project, url)
    pulled: Pulled = pull_from(connection, project.task, _state(project, address))
    kept = answer(project, pulled.annotations)
    _keep(project, address, pulled.state)  # last: a crash before this pulls the same again
    return kept, pulled.problems


def _connect(project: Project, url: str) -> tuple[Connection, str]:
    address = url or project.settings.label_studio_url or "http://127.0.0.1:8080"
    token = os.environ.get(TOKEN, "")
    if not token:
        raise ReviewBackendError(
            "There is no Label Studio token.",
            where=address,
            remedy=f"Set {TOKEN} in the environment; `make label-studio` prints it.",
        )
    return connect(address, token), address


def _state(project: Project, address: str) -> PushState:
    return PushState.model_validate(project.store.link(f"{LINK} {address}") or {})


def _keep(project: Project, address: str, state: PushState) -> None:
    project.store.save_link(f"{LINK} {address}", state.model_dump(mode="json"))
