"""Send the queue to Label Studio and take its answers back, remembering where we left off."""

from __future__ import annotations

import os

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.review.label_studio import Connection, connect
from curation.review.label_sync import PushState
from curation.review.label_sync import pull as pull_from
from curation.review.label_sync import push as push_to
from curation.types import Split
from studio.stations.labels import add_up, vote
from studio.stations.review import answer, review_queue

TOKEN = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the variable's name, not a secret
LINK = "label studio"
DEFAULT = "http://127.0.0.1:8080"


def push(
    project: Project, *, url: str = "", number: int = 100, split: Split = Split.TRAIN
) -> PushState:
    """Send the front of a split's queue, with the functions' suggestions where they may lead."""
    matrix = vote(project) if split is Split.TRAIN and project.task.classifies else None
    probable = add_up(project, matrix) if matrix else None
    cards = review_queue(project, split=split, matrix=matrix, probable=probable, size=number)
    address = _address(project, url)
    with _connect(address) as connection:
        return push_to(
            connection,
            project.task,
            f"Tunesmith: {project.settings.name}",
            cards,
            _state(project, address),
            on_progress=lambda state: project.store.save_link(*_link(address, state)),
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
    address = _address(project, url)
    with _connect(address) as connection:
        pulled = pull_from(connection, project.task, _state(project, address))
    kept = answer(project, pulled.annotations, link=_link(address, pulled.state))
    return kept, pulled.problems


def _address(project: Project, url: str) -> str:
    return url or project.settings.label_studio_url or DEFAULT


def _connect(address: str) -> Connection:
    token = os.environ.get(TOKEN, "")
    if not token:
        raise ReviewBackendError(
            "There is no Label Studio token.",
            where=address,
            remedy=f"Set {TOKEN} in the environment; `make label-studio` prints it.",
        )
    return connect(address, token)


def _state(project: Project, address: str) -> PushState:
    return PushState.model_validate(project.store.link(f"{LINK} {address}") or {})


def _link(address: str, state: PushState) -> tuple[str, dict[str, object]]:
    return f"{LINK} {address}", state.model_dump(mode="json")
