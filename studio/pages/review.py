"""Review: what must a person decide?"""

import os

import streamlit as st

from curation.project import Project
from curation.review.queue import QueueItem
from curation.types import Annotation, Split, TaskKind, now
from curation.words import answers_of_people, standing_words
from studio import frame, loop, queries, state
from studio.components.labeller import Card, Decision, Progress, labeller
from studio.stations import label_studio

AT_ONCE = 40
"""Cards in the browser; more are sent as they are worked off."""
SCOPES = {
    "Training": Split.TRAIN,
    "Validation": Split.VALIDATION,
    "Exam": Split.TEST,
}
SCOPE_HELP = "Validation and exam rows come in random order and without suggestions."


def render(project: Project) -> None:
    """Draw the labeller, then the other doors through which answers come."""
    if not any(project.store.count_examples().values()):
        frame.heading("Review", "What must a person decide?")
        st.info("Examples to decide appear here. Import some texts first.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Review", "What must a person decide?")
        st.space("stretch")
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
    _label_studio(project, SCOPES[scope])


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
        mode="classify" if project.task.kind is TaskKind.CLASSIFY else "generate",
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
    who = loop.whoami()
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


def _label_studio(project: Project, split: Split) -> None:
    with st.expander("Label Studio", icon=":material/hub:"):
        url = st.text_input(
            "Address", value=project.settings.label_studio_url or "http://127.0.0.1:8080"
        )
        if not os.environ.get(label_studio.TOKEN):
            st.caption(
                f"Set {label_studio.TOKEN} and start the app again; "
                "`make label-studio` starts a server and prints both lines."
            )
            return
        number = st.number_input("Examples to send", 1, 10_000, 100)
        with st.container(horizontal=True):
            if st.button("Send the front of the queue", icon=":material/upload:"):
                with st.spinner("Sending"):
                    link = label_studio.push(project, url=url, number=number, split=split)
                st.text(f"Project {link.project_id} there holds {len(link.tasks)} of our tasks.")
            if st.button("Take answers back", icon=":material/download:"):
                with st.spinner("Asking"):
                    kept, problems = label_studio.pull(project, url=url)
                for problem in problems:
                    st.text(problem)
                state.flash(f"{kept} new answers from Label Studio")
                st.rerun()


if __name__ == "__main__":
    frame.show(render, "Review")
