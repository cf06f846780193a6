"""Review: what must a person decide?"""

from importlib import import_module

import streamlit as st

from curation.project import Project
from studio import frame, state

VIEWS = {
    "label": ("Label", "studio.desk.labelling"),
    "bulk": ("Bulk", "studio.desk.bulk"),
    "disagreements": ("Disagreements", "studio.desk.adjudication"),
    "people": ("People", "studio.desk.people"),
    "label-studio": ("Label Studio", "studio.desk.label_studio"),
}
"""The views by their name in the address: their title, and the module that draws each."""
SHOWN = "view_shown"


def render(project: Project) -> None:
    """Draw the view that is chosen; each is a part of its own, loaded when first looked at."""
    if not any(project.store.count_examples().values()):
        frame.heading("Review", "What must a person decide?")
        st.info("Examples to decide appear here. Import some texts first.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Review", "What must a person decide?")
        st.space("stretch")
        view = _view()
    import_module(VIEWS[view][1]).render(project)


def _view() -> str:
    """Draw the switch between views; the address says which one it is, and can choose it."""
    asked = st.query_params.get("view", "label")
    if asked in VIEWS and asked != state.recall(SHOWN):
        state.remember("view", asked)
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default=None if state.recall("view") else "label",
        format_func=lambda name: VIEWS[name][0],
        key="view",
        required=True,
        label_visibility="collapsed",
    )
    if view != asked:
        st.query_params["view"] = view
    state.remember(SHOWN, view)
    return str(view)


if __name__ == "__main__":
    frame.show(render, "Review")
