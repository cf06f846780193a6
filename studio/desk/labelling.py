"""The labeller: cards one by one, by keyboard."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from curation.review.queue import QueueItem
from curation.types import Annotation, Split, TaskKind, now
from curation.words import answers_of_people, standing_words
from studio import frame, loop, queries, state
from studio.components.labeller import Card, Decision, Progress, labeller

AT_ONCE = 40
"""Cards in the browser; more are sent as they are worked off."""
SCOPES = {
    "Training": Split.TRAIN,
    "Validation": Split.VALIDATION,
    "Exam": Split.TEST,
}
SCOPE_HELP = "Validation and exam rows come in random order and without suggestions."


def render(project: Project) -> None:
    """Draw the split's switch and the labeller."""
    scope = st.segmented_control(
        "Whose answers",
        list(SCOPES),
        default="Training",
        key="scope",
        required=True,
        bind="query-params",
        help=SCOPE_HELP,
        label_visibility="collapsed",
    )
    _label(project, SCOPES[scope])


@st.fragment
@frame.in_words()
def _label(project: Project, split: Split) -> None:
    votes = queries.matrix(project) if split is Split.TRAIN else None
    probable = queries.probable(project) if votes is not None else None
    queue = loop.review_queue(project, split=split, matrix=votes, probable=probable, size=10_000)
    answered = answers_of_people(standing_words(project.store.annotations()))
    done = sum(e.id in answered for e in queries.examples(project, split))
    today = sum(said[-1].at.date() == now().date() for said in answered.values())
    labeller(
        key=f"labeller-{project.folder}",  # a copied project has the same name
        queue=[_card(project, item) for item in queue[:AT_ONCE]],
        labels=project.task.labels,
        acked=state.acked(),
        progress=Progress(done=done, total=done + len(queue), today=today),
        on_decision=lambda decisions: _store(project, decisions),
        scope=split.value,
    )


def _card(project: Project, item: QueueItem) -> Card:
    """Return a card; a draft to write from is the file's own answer, if there is one."""
    draft = item.suggestion
    if project.task.kind is TaskKind.GENERATE and item.example.split is Split.TRAIN:
        draft = item.example.reference
    return Card(
        id=item.example.id,
        text=item.example.input,
        reason=item.reason,
        suggestion=draft,
        suggestion_confidence=item.confidence,
        metadata=_chips(item),
    )


def _chips(item: QueueItem) -> dict[str, str]:
    """Return the columns to show: no lists, which hold votes of a benchmark or whole chats."""
    plain = {k: v for k, v in item.example.metadata.items() if isinstance(v, str | int | float)}
    return {name: str(value) for name, value in plain.items() if value != ""}


def _store(project: Project, decisions: list[Decision]) -> None:
    """Keep decisions before the browser is told they are kept."""
    who = state.reviewer()
    loop.answer(
        project,
        (
            Annotation(
                uid=d.uid,
                example_id=d.example_id,
                action=d.action,
                answer=d.answer,
                reviewer=who,
                via="app",
                seconds=d.seconds,
                note=d.note,
            )
            for d in decisions
        ),
    )
    state.acknowledge([d.uid for d in decisions])
