"""What is where in Label Studio: kept by the caller between pushes, pulls and withdrawals."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import Field

from curation.exceptions import ReviewBackendError
from curation.types import Noun

BATCH = 500
"""Tasks per request: Label Studio's own import batch, and the fastest measured."""


class Heard(Noun):
    """One Label Studio annotation we have taken in, remembered to notice when it is deleted."""

    task: int = Field(description="The Label Studio task it belongs to.")
    reviewer: str = Field(description="Who made it.")
    updated_at: str = Field(
        default="", description="The version we have, by the server's own stamp."
    )
    uids: tuple[str, ...] = Field(
        default=(), description="Our annotations that its versions have become."
    )
    words: int = Field(
        default=0, description="How many they were, where an earlier Tunesmith counted only."
    )


class PushState(Noun):
    """What is where in Label Studio; the caller keeps it between calls."""

    compare: bool = Field(
        default=False,
        description="Two responses are compared there: another screen, so another project.",
    )
    project_id: int | None = Field(default=None, description="The Label Studio project.")
    tasks: dict[str, int] = Field(default_factory=dict, description="Task ids by example id.")
    suggested: dict[str, str] = Field(
        default_factory=dict, description="Fingerprints of the suggestions shown, by example id."
    )
    drawn: dict[str, str] = Field(
        default_factory=dict,
        description="What drew an example; nobody there may see which question is gold.",
    )
    cursor: str = Field(default="", description="The server's stamp of the last change pulled.")
    heard: dict[str, Heard] = Field(
        default_factory=dict, description="Annotations taken in, by Label Studio id."
    )
    drafts: dict[str, str] = Field(
        default_factory=dict, description="Stamps of the drafts taken in, by Label Studio id."
    )
    strangers: int = Field(default=0, description="Tasks in the project that are not ours.")

    @property
    def project(self) -> int:
        """The Label Studio project; ReviewBackendError before the first push."""
        if self.project_id is None:
            raise ReviewBackendError("Nothing was sent to Label Studio yet.", remedy="Push first.")
        return self.project_id

    def with_tasks(self, tasks: Mapping[str, int]) -> PushState:
        """Return the state that also knows these; a task known already stays the one."""
        return self.model_copy(update={"tasks": {**tasks, **self.tasks}})

    def with_suggestions(self, signs: Mapping[str, str]) -> PushState:
        """Return the state that knows what is suggested for these examples; empty: nothing."""
        merged = {**self.suggested, **signs}
        return self.model_copy(
            update={"suggested": {name: sign for name, sign in merged.items() if sign}}
        )

    def with_drawn(self, strategies: Mapping[str, str]) -> PushState:
        """Return the state that knows what drew these examples."""
        return self.model_copy(update={"drawn": {**self.drawn, **strategies}})

    def without(self, examples: Collection[str]) -> PushState:
        """Return the state that no longer knows the tasks of these examples: push sends them."""
        gone = set(examples)
        lost = {self.tasks[name] for name in gone if name in self.tasks}
        return self.model_copy(
            update={
                "tasks": {name: id_ for name, id_ in self.tasks.items() if name not in gone},
                "suggested": {k: v for k, v in self.suggested.items() if k not in gone},
                "drawn": {k: v for k, v in self.drawn.items() if k not in gone},
                "heard": {k: said for k, said in self.heard.items() if said.task not in lost},
            }
        )


def forget(state: PushState) -> PushState:
    """Return a state that starts anew, for a project that was deleted in Label Studio.

    What people said there was stored when it was pulled, and stays.
    """
    return PushState(compare=state.compare)
