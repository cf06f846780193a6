"""Label Studio: how things stand there, and one button that brings both sides together."""

from __future__ import annotations

import os

import streamlit as st

from curation.project import Project
from curation.types import Split, TaskKind, now
from studio import frame, state
from studio.stations.label_studio import syncing
from studio.stations.label_studio.link import ADDRESS, TOKEN, Sync
from studio.stations.label_studio.syncing import Glance

SPLITS = {"Training": Split.TRAIN, "Validation": Split.VALIDATION, "Exam": Split.TEST}
BLIND = "Validation and exam examples go in random order and without suggestions."
ASKS = {"One by one": False, "Which of two": True}


@frame.in_words()
def render(project: Project) -> None:
    """Draw how things stand, what to send, and what the last sync could not take."""
    known = syncing.look(project)
    _server(known)
    if not os.environ.get(TOKEN):
        _how_to_connect(known)
        return
    _standing(known)
    _sync(project)
    if known.last:
        _problems(known.last)
    _aside(project, known)


def _server(known: Glance) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.text(known.address)
            if last := known.last:  # an e-mail address would become a link in a caption
                st.text(f"{last.server}, as {last.user}, by a {last.token}")
        if known.page:
            st.link_button(
                "Open Label Studio",
                f"{known.page}?labeling=1",
                icon=":material/open_in_new:",
                width="content",
            )


def _how_to_connect(known: Glance) -> None:
    st.caption("Start a server, put both lines it prints where the app starts, and start it again.")
    lines = ("make label-studio", f"export {ADDRESS}={known.address}", f"export {TOKEN}=...")
    st.code("\n".join(lines), language=None)


def _standing(known: Glance) -> None:
    when = _ago(known.last) if known.last else "never"
    figures = {
        "Tasks there": f"{known.tasks:,}",
        "Waiting": f"{known.waiting:,}",
        "Brought back": f"{known.said:,}",
        "Last sync": when,
    }
    with st.container(horizontal=True):
        for name, value in figures.items():
            st.metric(name, value, border=True)


def _ago(last: Sync) -> str:
    minutes = int((now() - last.at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{last.at.astimezone():%d %b, %H:%M}"


def _sync(project: Project) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "Examples waiting there",
            1,
            10_000,
            100,
            key="label_studio_number",
            help="Sync sends as many as are missing from the front of the queue.",
            width=200,
        )
        split = st.segmented_control(
            "From", list(SPLITS), default="Training", key="label_studio_split", required=True,
            help=BLIND,
        )  # fmt: skip
        asked = "One by one"
        if project.task.kind is TaskKind.GENERATE:
            asked = st.segmented_control(
                "Asked", list(ASKS), default=asked, key="label_studio_asked", required=True
            )
        pressed = st.button("Sync", type="primary", icon=":material/sync:", key="label_studio_sync")
    if pressed:
        with st.spinner("Taking answers back, sending examples"):
            done = syncing.sync(project, number=number, split=SPLITS[split], compare=ASKS[asked])
        state.flash(f"{done.kept} new answers, {done.withdrawn} withdrawn, {done.sent} sent")
        st.rerun()


def _problems(last: Sync) -> None:
    if last.problems:
        with st.container(border=True, gap="xsmall"):
            st.badge("Something to mend there", icon=":material/error:", color="orange")
            for problem in last.problems:
                st.text(problem)


def _aside(project: Project, known: Glance) -> None:
    with st.container(horizontal=True):
        if st.button("Check the connection", type="tertiary", key="label_studio_check"):
            found = syncing.check(project)
            st.text(f"{found.server} knows us as {found.user}, by a {found.token}")
        if known.page and st.button("Forget", type="tertiary", key="label_studio_forget"):
            _forget(project, known)


@st.dialog("Forget what was sent")
@frame.in_words()
def _forget(project: Project, known: Glance) -> None:
    st.text(
        f"{known.tasks:,} tasks stay in Label Studio, {known.waiting:,} of them without an answer; "
        "what is said there from now on does not come back. "
        f"The {known.said:,} answers brought back stay here. The next sync makes a new project."
    )
    if st.button(f"Forget {known.tasks:,} tasks", type="primary", key="label_studio_forget_really"):
        forgotten = syncing.forget(project)
        state.flash(f"{forgotten:,} tasks forgotten")
        st.rerun()
