"""Disagreements: the answers people gave side by side, and one of them decided for by key."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.exceptions import SpanError
from curation.people.adjudication import Case
from curation.project import Project
from curation.spans import read_spans
from curation.types import Annotation, Example, Span, TaskKind, now
from curation.words import is_answer
from studio import frame, loop, state
from studio.components.labeller import Card, Decision, Given, Progress, Voice, labeller
from studio.desk.words import as_annotation

AT_ONCE = 40
"""Cards in the browser; more are sent as they are worked off."""
DID = {"skip": "skipped", "refuse": "said the suggestion is wrong", "exclude": "excluded"}


@st.fragment
@frame.in_words()
def render(project: Project) -> None:
    """Draw what somebody must decide, or what would come here."""
    said, who = loop.said_in(project), state.reviewer()
    cases, waiting = loop.to_decide(project, said, who)
    decided = [a for words in said.standing.values() for a in words if a.action == "decide"]
    if waiting:
        waits = "1 more waits" if waiting == 1 else f"{waiting:,} more wait"
        st.caption(f"{waits} until everybody who is asked has answered.")
    if not cases and not decided:
        _teach(project)
        return
    labeller(
        key=f"decide-{project.folder}-{who}",
        queue=_cards(project, cases[:AT_ONCE]),
        labels=project.task.labels,
        acked=state.acked(),
        refused=state.refused(),
        progress=Progress(
            done=len(decided),
            total=len(decided) + len(cases),
            today=sum(a.reviewer == who and a.at.date() == now().date() for a in decided),
        ),
        on_decision=lambda decisions: _store(project, who, decisions),
        scope="disagreements",
    )


def _teach(project: Project) -> None:
    people = project.settings.review.people
    asked = "one person" if people == 1 else f"{people} people"
    with st.container(border=True, key="nothing_to_decide"):
        st.subheader("Nothing to decide", anchor=False)
        st.text(
            "Examples come here when people answer them differently, when somebody flags one, "
            "and when three people skip one."
        )
        st.text(f"Each example is asked of {asked}.")


def _cards(project: Project, cases: Sequence[Case]) -> list[Card]:
    examples = {e.id: e for e in project.store.examples(ids=[case.example_id for case in cases])}
    return [_card(project, case, examples[case.example_id]) for case in cases]


def _card(project: Project, case: Case, example: Example) -> Card:
    return Card(
        id=example.id,
        text=example.input,
        mode="decide",
        reason=case.reason.capitalize(),
        answers=tuple(
            Given(
                choice.answer,
                tuple(Voice(a.reviewer, _note(a)) for a in choice.voices),
                _spans(project, choice.answer, example),
            )
            for choice in case.choices
        ),
        unanswered=tuple(
            Voice(a.reviewer, _note(a), DID.get(a.action, a.action))
            for a in case.said
            if not is_answer(a) and a.via != "file" and a.drawn != "gold"
        ),
    )


def _note(said: Annotation) -> str:
    return "; ".join([*(["flagged"] if said.flagged else []), *([said.note] if said.note else [])])


def _spans(
    project: Project, answer: str, example: Example
) -> tuple[tuple[int, int, str], ...] | None:
    """Return an answer's spans; None where answers are no spans, or these do not read."""
    if project.task.kind is not TaskKind.EXTRACT:
        return None
    try:
        found = read_spans(answer, example.input, project.task.labels)
    except SpanError:
        return None
    return tuple((span.start, span.end, span.label) for span in found)


def _store(project: Project, who: str, decisions: Sequence[Decision]) -> None:
    """Keep decisions before the browser is told they are kept; say why others cannot be."""
    words, refused = [], {}
    for decision in decisions:
        try:
            words.append(_annotation(project, who, decision))
        except SpanError as error:  # a label taken away meanwhile; the others are kept
            refused[decision.uid] = error.what
    loop.answer(project, words)
    state.acknowledge([word.uid for word in words])
    state.refuse(refused)


def _annotation(project: Project, who: str, decision: Decision) -> Annotation:
    update = {"spans": _marked(project, decision), "mode": "decide"}
    return as_annotation(decision, who).model_copy(update=update)


def _marked(project: Project, decision: Decision) -> tuple[Span, ...]:
    if project.task.kind is not TaskKind.EXTRACT or decision.answer is None:
        return ()
    (example,) = project.store.examples(ids=[decision.example_id])
    return read_spans(decision.answer, example.input, project.task.labels)
