"""Take tasks out of Label Studio that nobody needs to answer any more."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from curation.review.label_state import BATCH, PushState
from curation.review.label_studio import Connection, Filter

UNSAID: tuple[Filter, ...] = (
    ("total_annotations", "equal", 0, "Number"),
    ("cancelled_annotations", "equal", 0, "Number"),
    ("draft_exists", "equal", "False", "Boolean"),
)
"""Tasks nobody has answered, skipped or begun there."""


class Withdrawn(NamedTuple):
    """What a withdrawal left; `kept` are examples somebody has spoken on there: pull them."""

    state: PushState
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def withdraw(connection: Connection, state: PushState, example_ids: Collection[str]) -> Withdrawn:
    """Delete the tasks of these examples in Label Studio, where nobody has said anything yet.

    Nothing is deleted that somebody has answered, skipped or begun: the server itself leaves those
    out of the very request that deletes. An example withdrawn is sent again by the next push that
    asks for it.

    Raises
    ------
    ReviewBackendError
        If nothing was pushed yet or the server fails; withdrawing again then does the rest.
    """
    wanted = [name for name in dict.fromkeys(example_ids) if name in state.tasks]
    removed: list[str] = []
    for start in range(0, len(wanted), BATCH):
        batch = {state.tasks[name]: name for name in wanted[start : start + BATCH]}
        connection.delete_tasks(state.project, list(batch), *UNSAID)
        left = connection.which(state.project, list(batch))
        removed += [name for number, name in batch.items() if number not in left]
    gone = set(removed)
    kept = tuple(name for name in wanted if name not in gone)
    return Withdrawn(state.without(removed), tuple(removed), kept)
