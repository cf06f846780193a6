"""Take tasks out of Label Studio that nobody needs to answer any more."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from curation.review.label_studio.door import Connection
from curation.review.label_studio.requests import UNSAID, act, tasks_among
from curation.review.label_studio.state import BATCH, PushState


class Withdrawn(NamedTuple):
    """What a withdrawal did; `kept` are examples somebody has spoken on there: pull them."""

    state: PushState
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def withdraw(connection: Connection, state: PushState, example_ids: Collection[str]) -> Withdrawn:
    """Delete the tasks of these examples in Label Studio, where nobody has said anything yet.

    The server itself leaves out what somebody has answered, skipped or begun, in the very request
    that deletes: no look of ours can be out of date. What remains possible is that somebody has a
    task open without having said anything; their answer is then refused there, and they see so.

    An example withdrawn is sent again by the next push that asks for it. After a fault withdraw
    again: what is gone already is no longer looked for.

    Raises
    ------
    ReviewBackendError
        If nothing was pushed yet or the server fails.
    """
    wanted = [name for name in dict.fromkeys(example_ids) if name in state.tasks]
    left: set[int] = set()
    for start in range(0, len(wanted), BATCH):
        batch = [state.tasks[name] for name in wanted[start : start + BATCH]]
        act(connection, "delete_tasks", state.project, batch, *UNSAID)
        left |= {task.id for task in tasks_among(connection, state.project, batch)}
    removed = tuple(name for name in wanted if state.tasks[name] not in left)
    kept = tuple(name for name in wanted if state.tasks[name] in left)
    return Withdrawn(state.without(removed), removed, kept)
