"""Functions: which rules label it, and can they be trusted?"""

import streamlit as st

from curation.exceptions import TunesmithError
from curation.project import Project
from curation.types import TaskKind
from studio import frame, loop, queries, state
from studio.components import bulk, text
from studio.workbench import bench, marking, overview, single
from studio.workbench.edits import Subject

FORM = "function_form"
"""Where another page leaves what a function shall be written for: its label, words and texts."""
QUESTION = "Which rules label it, and can they be trusted?"


def render(project: Project) -> None:
    """Draw how good the functions are, each and together; or one of them, in its editor."""
    if project.task.kind is TaskKind.GENERATE:
        frame.heading("Functions", QUESTION)
        st.info("Labeling functions vote for labels; this project writes texts. Go on to Review.")
        return
    if project.task.kind is TaskKind.EXTRACT:
        _spans(project)
        return
    if isinstance(state.recall(FORM), dict):
        st.query_params["new"] = "1"
    asked = st.query_params
    if "new" in asked:
        _new(project)
    elif "file" in asked:
        _file(project, asked["file"])
    elif "function" in asked and (subject := bench.function(project, asked["function"])):
        single.draw(project, subject)
    else:
        _all(project)


def _spans(project: Project) -> None:
    """Draw functions that mark spans."""
    if "new" in st.query_params:
        single.head("New function", "What it would mark is on the right, before it is saved.")
        marking.draw_new(project)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Functions", QUESTION)
        st.space("stretch")
        if st.button("New function", type="primary", icon=":material/add:", shortcut="f"):
            st.query_params["new"] = "1"
            st.rerun()
    marking.draw(project)


def _all(project: Project) -> None:
    current = queries.votes_are_current(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Functions", QUESTION)
        st.space("stretch")
        if not current and st.button(
            "Run the functions", type="primary", shortcut="v", icon=":material/play_arrow:"
        ):
            _run(project)
        bulk.recent(project)
        if st.button(
            "New function",
            type="primary" if current else "secondary",
            icon=":material/add:",
            shortcut="f",
        ):
            st.query_params["new"] = "1"
            st.rerun()
    overview.draw(project)


def _run(project: Project) -> None:
    with st.status("Voting") as status:
        loop.vote(project, lambda done, total: status.update(label=f"{done:,} of {total:,} votes"))
    st.rerun()


def _new(project: Project) -> None:
    """Draw a place to write a function, for what another page sent along if it did."""
    single.head("New function", "What it would do is on the right, before it is saved.")
    if not project.task.labels:
        st.info("A function votes for a label, and there is none yet: import a file with labels.")
        return
    found = state.recall(FORM)
    sent = {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
    if sent.get("texts"):
        with st.expander("Written for these errors"):
            text.block(sent["texts"])
    bench.draw_new(project, sent, queries.matrix(project), key="new")


def _file(project: Project, name: str) -> None:
    single.head(name, "The whole file, as it is on the disk.")
    try:
        subject: Subject = bench.whole_file(project, name)
    except TunesmithError as error:
        frame.show_error(error)
        return
    broken = [fault for fault in queries.catalog(project).faults if fault.function == name]
    bench.draw(project, subject, queries.matrix(project), key="file", faults=tuple(broken))


if __name__ == "__main__":
    frame.show(render, "Functions")
