"""Functions worth writing, the best first; accepting one is one key."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from curation.types import VoteMatrix
from labeling_functions.suggesting.suggestion import Suggestion
from studio import frame, loop, state
from studio.components import scores, text
from studio.components.palette import color_of
from studio.workbench import opened, reads
from studio.workbench.bench import vote_quietly

SHOWN = 8
SEEN = "suggestion_seen"


@frame.in_words()
def draw(project: Project, votes: VoteMatrix | None) -> None:
    """Draw suggestions, the first of which a key accepts or dismisses."""
    found = reads.suggestions(project)
    if not found:
        st.caption("No suggestions: answer more training rows, and ideas come from them.")
        return
    for place, one in enumerate(found[:SHOWN]):
        _draw(project, one, place, votes)
    if len(found) > SHOWN:
        st.caption(f"{len(found) - SHOWN} more come up as these are decided.")


def _draw(project: Project, one: Suggestion, place: int, votes: VoteMatrix | None) -> None:
    with st.container(border=True, key=f"suggestion_{place}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = _label(project, one, place)
            with st.container(gap=None, width="content"):
                st.markdown(f"**{text.plain(one.says)}**")
                told = f"precision {scores.whole(one.precision)}" if one.label else "no gold yet"
                st.caption(text.plain(f"{one.why} · {told}"))
            st.space("stretch")
            _decide(project, one, place, label)
        if state.recall(SEEN) == one.key and votes is not None:
            opened.draw(project, votes, one.rows, key=f"suggested_{place}")


def _decide(project: Project, one: Suggestion, place: int, label: str) -> None:
    """Draw what can be done with a suggestion; keys are for the first, and the next moves up."""
    first = place == 0
    if st.button(f"{len(one.rows):,} rows", key=f"touched_{place}", type="tertiary"):
        state.remember(SEEN, None if state.recall(SEEN) == one.key else one.key)
        st.rerun()
    if st.button(
        "Accept",
        key=f"accept_{place}",
        shortcut="a" if first else None,
        icon=":material/check:",
        disabled=not label,
    ):
        _accept(project, one, label)
    if st.button(
        "Dismiss", key=f"dismiss_{place}", type="tertiary", shortcut="d" if first else None
    ):
        loop.dismiss(project, one)
        reads.forget_suggestions()
        st.rerun()


def _label(project: Project, one: Suggestion, place: int) -> str:
    """Draw the label it votes for, or ask for it where only a person can say."""
    labels = project.task.labels
    if one.label:
        text.chip(one.label, color_of(labels, one.label))
        return one.label
    picked = st.selectbox(
        "Label",
        labels,
        index=None,
        placeholder="Which label?",
        key=f"suggested_label_{place}_{one.key}",
        width=170,
        label_visibility="collapsed",
    )
    return picked or ""


def _accept(project: Project, one: Suggestion, label: str) -> None:
    saved = loop.accept(project, one, "" if one.label else label)
    vote_quietly(project)
    if saved:
        state.flash(f"{saved[0].name} votes now")
    st.rerun()
