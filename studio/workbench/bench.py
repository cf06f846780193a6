"""Editor and preview side by side: a function as it is typed, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from curation.exceptions import TunesmithError
from curation.project import Project
from curation.types import Fault, VoteMatrix, fingerprint
from labeling_functions.source import read_file, render_python, replace_file
from studio import frame, loop, queries, state
from studio.components import function_form
from studio.components.completions import completions
from studio.components.editor import Mark, Typed, editor, fault_marks, peek, syntax_marks
from studio.workbench import reads, trying
from studio.workbench.edits import NEW_FILE, Subject

HEIGHT = 520
SAVED = "saved_by_key"
"""The last press of the editor's own key for saving, which is done once."""


@st.fragment
@frame.in_words()
def draw(
    project: Project,
    subject: Subject,
    votes: VoteMatrix | None,
    *,
    key: str,
    faults: tuple[Fault, ...] = (),
) -> None:
    """Draw the editor on a subject, its preview beside it, and save when asked to.

    It is a fragment: typing draws nothing else of the page anew. `faults` are those of the file
    as it is saved.
    """
    _bench(project, subject, votes, key, faults)


def _bench(
    project: Project,
    subject: Subject,
    votes: VoteMatrix | None,
    key: str,
    faults: tuple[Fault, ...],
) -> None:
    start = fingerprint(subject.code) if subject.is_new else ""
    document = reads.document(project, subject.file, subject.name, start)
    left, right = st.columns([1, 1], gap="medium")
    before = peek(f"{key}_editor", document, subject.code)
    with left:
        typed = editor(
            key=f"{key}_editor",
            document=document,
            code=subject.code,
            words=completions(project.task.labels, reads.columns(project)),
            marks=_marks(project, subject, before, votes) or fault_marks(faults),
            fresh=subject.is_new,
            height=HEIGHT,
        )
        pressed = st.button(
            "Save", type="primary", icon=":material/save:", key=f"{key}_save", shortcut="Mod+S"
        )
    if pressed or (typed.action == "save" and typed.nonce != state.recall(SAVED)):
        state.remember(SAVED, typed.nonce)
        _save(project, subject, typed)
    with right, frame.in_words():
        _preview(project, subject, typed, votes, key)


def _preview(
    project: Project, subject: Subject, typed: Typed, votes: VoteMatrix | None, key: str
) -> None:
    if not typed.code.strip():
        st.caption("Write a function on the left; its votes appear here as you type.")
        return
    code = trying.code_to_try(project, subject, typed.code)
    found = trying.trial(project, code, votes, everything=typed.action == "run")
    trying.draw(project, found, code, votes, key=key)


def _marks(
    project: Project, subject: Subject, typed: Typed, votes: VoteMatrix | None
) -> tuple[Mark, ...]:
    """Return the faults of what is typed, on the editor's own lines."""
    if syntax_marks(typed.code) or not typed.code.strip():
        return ()
    code = trying.code_to_try(project, subject, typed.code)
    try:
        found = trying.trial(project, code, votes, everything=typed.action == "run")
    except TunesmithError:  # said beside the editor
        return ()
    return tuple(
        replace(mark, line=line)
        for mark in fault_marks(found.matrix.faults)
        if (line := code.line_in_editor(mark.line)) >= 1
    )


def _save(project: Project, subject: Subject, typed: Typed) -> None:
    """Save what is typed, unless the file changed meanwhile, and vote."""
    if not typed.code.strip():
        st.warning("There is nothing to save yet.")
        return
    if not subject.is_new and typed.base != fingerprint(_on_disk(project, subject)):
        state.flash("It changed elsewhere: keep yours, or take the file's, under the editor.")
        st.rerun()
    try:
        name = _write(project, subject, typed.code)
    except TunesmithError as error:
        frame.show_error(error)
        return
    vote_quietly(project)
    if name:
        st.query_params.from_dict({**st.query_params, "function": name})
        st.query_params.pop("new", None)
    st.rerun()


def _on_disk(project: Project, subject: Subject) -> str:
    """Return the saved text as it is now: the page may be older."""
    if subject.name:
        found = function(project, subject.name)
        return found.code if found else ""
    return read_file(project.functions, subject.file)


def _write(project: Project, subject: Subject, code: str) -> str:
    """Write it where it belongs and return the function's name; empty for a whole file."""
    if not subject.is_new and not subject.name:
        replace_file(project.functions, subject.file, code)
        return ""
    saved = loop.save_function(project, code, replacing=subject.name, filename=subject.file)
    return saved[0].name if saved else ""


def vote_quietly(project: Project) -> None:
    """Bring the votes up to date and say, after the rerun, what that changed."""
    before = loop.last_votes(project)
    votes = loop.vote(project)
    note = loop.last_votes(project)
    covered = int(str(note["covered"])) if note and votes.functions else 0
    gained = f" ({covered - int(str(before['covered'])):+,})" if before else ""
    state.flash(f"Votes are up to date: {covered:,} covered{gained}")


def whole_file(project: Project, file: str) -> Subject:
    """Return a functions file as a subject of the editor."""
    return Subject(file, read_file(project.functions, file))


def function(project: Project, name: str) -> Subject | None:
    """Return a function as a subject of the editor, if the project has it."""
    found = next((f for f in queries.catalog(project).functions if f.name == name), None)
    return Subject(found.file, found.source, found.line, found.name) if found else None


@st.fragment
@frame.in_words()
def draw_new(
    project: Project, sent: Mapping[str, str], votes: VoteMatrix | None, *, key: str
) -> None:
    """Draw a new function, by form or as Python, and its preview."""
    how = st.segmented_control(
        "Write it",
        ["By form", "As Python"],
        default="As Python" if sent.get("code") else "By form",
        required=True,
        key=f"{key}_how",
        label_visibility="collapsed",
    )
    if how == "As Python":
        code = sent.get("code") or str(state.recall(f"{key}_code", "")) or _template(project, sent)
        _bench(project, Subject(NEW_FILE, code, 0), votes, key, ())
        return
    left, right = st.columns([1, 1], gap="medium")
    code, pressed = "", False
    with left, frame.in_words():
        code = function_form.draw(project, reads.columns(project), sent, key=key)
        if code:
            st.code(code, language="python", wrap_lines=True)
            state.remember(f"{key}_code", code)
        pressed = st.button(
            "Save",
            type="primary",
            icon=":material/save:",
            key=f"{key}_form_save",
            shortcut="Mod+Enter",
            disabled=not code,
        )
    subject, typed = Subject(NEW_FILE, "", 0), Typed(code, "")
    if pressed:
        _save(project, subject, typed)
    with right, frame.in_words():
        _preview(project, subject, typed, votes, key)


def _template(project: Project, sent: Mapping[str, str]) -> str:
    label = sent.get("label") or project.task.labels[0]
    return render_python(f"asks_{label}", label, sent.get("texts", ""))
