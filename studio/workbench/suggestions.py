"""Functions worth writing, the best first; accepting one is one key."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from labeling_functions.suggest import Suggestion
from studio import frame, loop, state
from studio.components import scores, text
from studio.components.palette import color_of
from studio.workbench import reads
from studio.workbench.bench import vote_quietly

SHOWN = 8


@frame.in_words()
def draw(project: Project) -> None:
    """Draw suggestions, the first of which a key accepts or dismisses."""
    found = reads.suggestions(project)
    if not found:
        st.caption("No suggestions: answer more training rows, and ideas come from them.")
        return
    for place, one in enumerate(found[:SHOWN]):
        _draw(project, one, place)
    if len(found) > SHOWN:
        st.caption(f"{len(found) - SHOWN} more come up as these are decided.")


def _draw(project: Project, one: Suggestion, place: int) -> None:
    with (
        st.container(border=True, key=f"suggestion_{place}", gap="small"),
        st.container(horizontal=True, vertical_alignment="center", gap="small"),
    ):
        text.chip(one.label, color_of(project.task.labels, one.label))
        st.markdown(f"**{text.plain(', '.join(one.words))}**")
        st.caption(f"precision {scores.whole(one.precision)} · {one.covers:,} rows nobody votes on")
        st.space("stretch")
        if st.button(
            "Accept",
            key=f"accept_{place}",
            type="primary" if place == 0 else "secondary",
            shortcut="a" if place == 0 else None,
            icon=":material/check:",
        ):
            _accept(project, one)
        if st.button(
            "Dismiss",
            key=f"dismiss_{place}",
            type="tertiary",
            shortcut="x" if place == 0 else None,
        ):
            loop.dismiss(project, one)
            st.rerun()


def _accept(project: Project, one: Suggestion) -> None:
    saved = loop.accept(project, one)
    vote_quietly(project)
    if saved:
        state.flash(f"{saved[0].name} votes now")
    st.rerun()
