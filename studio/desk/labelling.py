"""The labeller: cards one by one, by keyboard; and below it how they are chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.exceptions import SpanError
from curation.project import Project, open_project
from curation.review.queue import Queue, QueueItem
from curation.spans import write_spans
from curation.types import Annotation, Split, TaskKind
from studio import frame, jobs, loop, state
from studio.components.labeller import Card, Decision, Progress, labeller
from studio.desk import mix
from studio.desk.marking import span_card, spans_said
from studio.desk.words import as_annotation, chips
from studio.desk.writing import text_said, writing_card
from studio.stations.responses import responses_to

SCOPES = {
    "Training": Split.TRAIN,
    "Validation": Split.VALIDATION,
    "Exam": Split.TEST,
}
SCOPE_HELP = "Validation and exam rows come in random order and without suggestions."
MOST_TO_EMBED = 5_000
"""Examples without an embedding that a fit of the quick model may embed by the way."""


def render(project: Project) -> None:
    """Draw the split's switch, the labeller, and how its cards are chosen."""
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
    mix.render(project, SCOPES[scope])


@st.fragment
@frame.in_words()
def _label(project: Project, split: Split) -> None:
    who = state.reviewer()
    queue = loop.review_queue(project, reviewer=who, tab=state.tab(), split=split)
    if queue.round_ended:
        _start_refit(project)
    labeller(
        key=f"labeller-{project.folder}-{who}",  # a copied project has the same name
        queue=cards_of(project, queue.cards),
        labels=_labels(project),
        acked=state.acked(),
        refused=state.refused(),
        progress=_progress(queue),
        on_decision=lambda decisions: _store(project, decisions, who),
        scope=split.value,
        guidelines=loop.read_guidelines(project),
    )


def _labels(project: Project) -> tuple[str, ...]:
    """Return the labels as they are now: the page may have been drawn before they were changed."""
    return open_project(project.folder).task.labels


def _progress(queue: Queue) -> Progress:
    return Progress(
        done=queue.done,
        total=queue.total,
        today=queue.today,
        round_done=queue.round_done,
        round_total=queue.round_total,
    )


def _start_refit(project: Project) -> None:
    """Let the quick model learn what the last round said, while people go on."""
    if not loop.is_worth_refitting(project, loop.quick_model(project)):
        return
    if loop.missing_embeddings(project) <= MOST_TO_EMBED:  # more takes minutes: somebody decides
        jobs.start_refit(project)


def cards_of(project: Project, items: Sequence[QueueItem]) -> list[Card]:
    """Return queue items as the labeller's cards, in the task's own mode."""
    match project.task.kind:
        case TaskKind.EXTRACT:
            return [span_card(item, project.task) for item in items]
        case TaskKind.GENERATE:
            leads = [item.example for item in items if item.example.split is not Split.TEST]
            responses = responses_to(project, leads)
            return [writing_card(item, responses.get(item.example.id, ())) for item in items]
    return [_choice_card(item) for item in items]


def _choice_card(item: QueueItem) -> Card:
    return Card(
        id=item.example.id,
        text=item.example.input,
        mode="verify" if item.mode == "verify" else "choose",
        drawn=item.drawn,
        reason=item.reason,
        suggestion=item.suggestion,
        suggestion_confidence=item.confidence,
        metadata=chips(item.example),
    )


def _store(project: Project, decisions: Sequence[Decision], who: str) -> None:
    """Keep decisions before the browser is told they are kept; say why others cannot be."""
    words, refused = said(project, decisions, who)
    loop.answer(project, words)
    state.acknowledge([word.uid for word in words])
    state.refuse(refused)


def said(
    project: Project, decisions: Sequence[Decision], who: str
) -> tuple[list[Annotation], dict[str, str]]:
    """Return a person's decisions as annotations, and why the rest are none, by uid."""
    match project.task.kind:
        case TaskKind.EXTRACT:
            return _spans_said(project, decisions, who)
        case TaskKind.GENERATE:
            return [text_said(decision, who) for decision in decisions], {}
    return [as_annotation(decision, who) for decision in decisions], {}


def _spans_said(
    project: Project, decisions: Sequence[Decision], who: str
) -> tuple[list[Annotation], dict[str, str]]:
    ids = [decision.example_id for decision in decisions]
    examples = {example.id: example for example in project.store.examples(ids=ids)}
    labels = _labels(project)
    words, refused = [], {}
    for decision in decisions:
        word = as_annotation(decision, who)
        try:
            spans = spans_said(decision, examples[decision.example_id], labels)
        except SpanError as error:  # a label taken away meanwhile; the others are kept
            refused[decision.uid] = error.what
            continue
        answer = None if decision.answer is None else write_spans(spans)
        words.append(word.model_copy(update={"spans": spans, "answer": answer}))
    return words, refused
