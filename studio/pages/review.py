"""Review: what must a person decide?"""

from importlib import import_module

import streamlit as st

from curation.project import Project
from studio import frame

VIEWS = {
    "label": "Label",
    "bulk": "Bulk",
    "disagreements": "Disagreements",
    "people": "People",
    "label-studio": "Label Studio",
}
PARTS = {
    "label": "studio.desk.labelling",
    "bulk": "studio.desk.bulk",
    "disagreements": "studio.desk.adjudication",
    "people": "studio.desk.people",
    "label-studio": "studio.desk.label_studio",
}


def render(project: Project) -> None:
    """Draw the view that is chosen; each is a part of its own."""
    if not any(project.store.count_examples().values()):
        frame.heading("Review", "What must a person decide?")
        st.info("Examples to decide appear here. Import some texts first.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Review", "What must a person decide?")
        st.space("stretch")
        view = st.segmented_control(
            "View",
            list(VIEWS),
            default="label",
            format_func=VIEWS.__getitem__,
            key="view",
            required=True,
            bind="query-params",
            label_visibility="collapsed",
        )
    try:
        part = import_module(PARTS[view])
    except ModuleNotFoundError:
        st.info("This part is being written.")
        return
    part.render(project)


if __name__ == "__main__":
    frame.show(render, "Review")
