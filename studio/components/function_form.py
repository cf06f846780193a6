"""The form that writes a labeling function, with its votes beside it."""

from __future__ import annotations

import streamlit as st

from curation.exceptions import FunctionError
from curation.project import Project
from labeling_functions.report import proportion
from labeling_functions.source import (
    identifier,
    render_keywords,
    render_pattern,
    render_python,
    write_function,
)
from studio import frame, loop, queries, state
from studio.components import scores, text


@st.dialog("New function", width="large")
@frame.in_words()
def show(project: Project, sent: dict[str, str] | None = None) -> None:
    """Ask for a function, showing what it would do before it is saved.

    `sent` may name the label and quote the errors it is written for.
    """
    sent = sent or {}
    if sent.get("texts"):
        st.caption("Written for these errors:")
        text.block(sent["texts"])
    family = st.segmented_control(
        "Family", ["Keywords", "Pattern", "Python"], required=True, default="Keywords"
    )
    labels = project.task.labels
    if not labels:
        st.info("A function votes for a label, and there is none yet: import a file with labels.")
        return
    wanted = sent.get("label", "")
    label = st.selectbox("Votes for", labels, index=labels.index(wanted) if wanted in labels else 0)
    name = identifier(st.text_input("Name", placeholder=f"asks_{label}") or f"asks_{label}")
    code = _code(family, name, label)
    if code is None:
        return
    try:
        _preview(project, code)
    except FunctionError as error:
        frame.show_error(error)
        return
    if st.button("Save", type="primary", shortcut="Mod+Enter"):
        save(project, code)


def _code(family: str, name: str, label: str) -> str | None:
    if family == "Keywords":
        typed = st.text_input("Words, by comma", placeholder="refund, money back", live=True)
        words = [word.strip() for word in typed.split(",") if word.strip()]
        return render_keywords(name, label, words) if words else None
    if family == "Pattern":
        regex = st.text_input("Regular expression", placeholder=r"order\s*#?\d+", live=True)
        return render_pattern(name, label, regex) if regex else None
    return st.text_area("Python", render_python(name, label), height=220, key=f"python_{name}")


def _preview(project: Project, code: str) -> None:
    """Show what a function would do, before it is saved."""
    st.code(code, language="python")
    votes = loop.try_function(project, code).matrix
    for fault in votes.faults[:2]:
        text.block(f"{fault.error}\n{fault.traceback}")
    if not votes.functions:
        return
    said = {
        id_: votes.labels[vote]
        for id_, vote in zip(votes.example_ids, votes.votes[:, 0], strict=True)
        if vote >= 0
    }
    gold = queries.gold(project)
    measured = [gold[id_] == label for id_, label in said.items() if id_ in gold]
    precision = proportion("precision", sum(measured), len(measured), "it covers no gold row yet")
    covered = f"{len(said):,} of {len(votes.example_ids):,} examples covered"
    st.text(f"{covered}, precision on gold {scores.whole(precision)}")
    for example in project.store.examples(ids=list(said)[:5]):
        text.block(example.input)


def save(project: Project, code: str) -> None:
    """Add a function to the project's file and let it vote."""
    write_function(project.functions, code)
    vote_quietly(project)
    st.rerun()


def vote_quietly(project: Project) -> None:
    """Bring the votes up to date and say, after the rerun, what that changed."""
    before = loop.last_votes(project)
    votes = loop.vote(project)
    covered = int((votes.votes >= 0).any(axis=1).sum()) if votes.functions else 0
    gained = f" ({covered - int(str(before['covered'])):+,})" if before else ""
    state.flash(f"Votes are up to date: {covered:,} covered{gained}")
