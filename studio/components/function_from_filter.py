"""A labeling function made of a filter: what it would be, what it would do, and saving it."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from labeling_functions.source import identifier
from studio import frame, loop, queries, state
from studio.components import text
from studio.stations.browsing import Filter, Part, function_code, in_words

FORM = "function_form"
"""Where the Functions page looks for what it is to open its editor with."""


def button(project: Project, asked: Filter) -> None:
    """Draw the button that turns a filter into a function; it says what no function can ask."""
    rule, unasked = loop.rule_of(project, asked)
    left = "; ".join(map(in_words, unasked))
    if rule is None:
        note = f"No function can ask this: {left}." if left else "Filter by text or column first."
    else:
        note = f"Without what no function can ask: {left}." if left else "Vote where it holds."
    if st.button(
        "Function",
        key="as_function",
        icon=":material/function:",
        shortcut="f",
        disabled=rule is None or not project.task.labels,
        help=text.plain(note),
    ):
        _show(project, asked, unasked)


@st.dialog("A function from this filter", width="large")
@frame.in_words()
def _show(project: Project, asked: Filter, unasked: tuple[Part, ...]) -> None:
    labels = project.task.labels
    likely = next((part.values[0] for part in asked.parts if _names_label(part)), labels[0])
    with st.container(horizontal=True):
        label = st.selectbox("Votes for", labels, index=labels.index(likely), key="from_label")
        typed = st.text_input("Name", placeholder=identifier(f"says_{label}"), key="from_name")
    code = function_code(project, asked, identifier(typed or f"says_{label}"), label)
    st.code(code, language="python", wrap_lines=True)
    if unasked:
        st.caption(text.plain(f"Left out: {'; '.join(map(in_words, unasked))}"))
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key="from_save", shortcut="Mod+Enter"):
            (saved, *_) = loop.save_function(project, code)
            loop.vote(project)
            state.flash(f"{saved.name} votes now")
            st.rerun()
        if st.button("Open in the editor", key="from_edit"):
            state.remember(FORM, {"code": code, "label": label})
            st.switch_page(frame.page("Functions"))
    _preview(project, code, label)


def _names_label(part: Part) -> bool:
    return part.kind in ("label", "gold") and len(part.values) == 1 and not part.negated


def _preview(project: Project, code: str, label: str) -> None:
    """Say what the function would do, before it is saved."""
    trial = loop.try_function(project, code, current=queries.matrix(project))
    for fault in trial.matrix.faults[:2]:
        text.block(fault.error)
    voted = trial.matrix.votes[:, 0] != -1 if trial.matrix.functions else []
    of = "" if len(voted) == trial.rows else f" of a sample of {len(voted):,}"
    st.text(f"{int(sum(voted)):,} of {trial.rows:,} examples it may see would get {label}{of}")
