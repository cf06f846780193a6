"""Which of our tasks are in a Label Studio project, when somebody else was at work there too."""

from __future__ import annotations

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.door import Connection
from curation.review.label_studio.records import ProjectRecord
from curation.review.label_studio.requests import tasks_by_id
from curation.review.label_studio.state import PushState

MARK = "Pushed by Tunesmith for review."
"""The description of projects we make."""


def take_stock(
    connection: Connection, state: PushState, project: ProjectRecord
) -> tuple[PushState, tuple[str, ...]]:
    """Return the state without the tasks that are gone, and the examples those were of.

    The tasks are only listed when their number is not what we left.

    Raises
    ------
    ReviewBackendError
        If the project is not the one we made, or the server fails.
    """
    if project.task_number == len(state.tasks) + state.strangers:
        return state, ()
    there = {task.id for task in tasks_by_id(connection, project.id, fields=("id",), size=1000)}
    gone = tuple(name for name, number in state.tasks.items() if number not in there)
    if there and len(gone) == len(state.tasks) > 0 and MARK not in (project.description or ""):
        raise ReviewBackendError(
            "This is not the project we made: it has none of our tasks.",
            where=f"{connection.url}/projects/{project.id}",
            remedy="If Label Studio was set up anew, forget what was there and push again.",
        )
    state = state.without(gone)
    return state.model_copy(update={"strangers": len(there) - len(state.tasks)}), gone


def find_unknown(connection: Connection, state: PushState) -> dict[str, int]:
    """Return tasks that reached the server without our hearing of it, by example id."""
    last = max(state.tasks.values(), default=0)
    found = tasks_by_id(connection, state.project, fields=("id", "data"), after=last)
    names = [(task.data.get("uid"), task.id) for task in found]
    # Of two with the same example the first one counts.
    return {name: number for name, number in reversed(names) if isinstance(name, str)}
