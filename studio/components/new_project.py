"""Make a project: from scratch, or from the sample data."""

from __future__ import annotations

import streamlit as st

from curation.exceptions import TunesmithError
from curation.project import Settings, create_project, default_task, parse_labels
from curation.types import TaskKind
from studio import samples, state

KINDS = {
    "Sort texts into labels": TaskKind.CLASSIFY,
    "Write a text (a summary, an answer)": TaskKind.GENERATE,
}


def welcome() -> None:
    """Greet someone who has no project yet."""
    st.title("Welcome to Tunesmith", anchor=False)
    st.caption("From raw text to a fine-tuned model, and back to the data that made it wrong.")
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        st.subheader("Look around first", anchor=False)
        st.write("1,100 customer messages of a retail chain, ten labeling functions, one model.")
        if st.button("Open the sample project", type="primary", icon=":material/play_arrow:"):
            _open_sample("retail")
        if st.button("Open the summaries sample", type="tertiary"):
            _open_sample("policies")
    with right.container(border=True, height="stretch"):
        st.subheader("Start with your own texts", anchor=False)
        _form()


@st.dialog("New project")
def show() -> None:
    """Ask for a new project's name and kind."""
    _form()
    st.caption("Or look around in a sample:")
    with st.container(horizontal=True):
        for name in samples.SAMPLES:
            if st.button(f"Sample: {name}", key=f"sample_{name}"):
                _open_sample(name)


def _form() -> None:
    with st.form("new_project_form", border=False):
        name = st.text_input("Name", placeholder="support-tickets")
        kind = st.radio("What will the model do?", list(KINDS))
        labels = st.text_input(
            "Labels, by comma", placeholder="Leave empty to take them from the first file"
        )
        instruction = st.text_input("Instruction", placeholder="Classify the message.")
        made = st.form_submit_button("Create project")
    if made and _create(name, KINDS[kind], labels, instruction):
        st.rerun()


def _create(name: str, kind: TaskKind, labels: str, instruction: str) -> bool:
    if not name.strip():
        st.warning("The project needs a name.")
        return False
    chosen = parse_labels(labels) if kind is TaskKind.CLASSIFY else ()
    task = default_task(kind, chosen, instruction)
    folder = state.folder_for(name)
    try:
        create_project(folder, Settings(name=name.strip(), task=task))
    except TunesmithError as error:
        st.text(str(error))
        return False
    state.choose_project(folder.name)
    return True


def _open_sample(name: str) -> None:
    project = samples.open_sample(name, state.projects_folder())
    state.choose_project(project.folder.name)
    st.rerun()
