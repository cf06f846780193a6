"""One function: its numbers, its editor and preview, its classes, its versions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.project import Project
from curation.types import FunctionInfo, ProbableLabels, VoteMatrix
from labeling_functions.analysis.report import FunctionReport
from labeling_functions.analysis.selection import Selection, What
from studio import frame, loop, queries, state
from studio.components import scores, text
from studio.components.palette import color_of
from studio.workbench import bench, confusion, opened, reads, titles, versions
from studio.workbench.edits import Subject

TABS = ("Editor", "Rows", "By class", "Versions")
NUMBERS: tuple[tuple[str, What], ...] = (
    ("votes", "covered"),
    ("wrong", "incorrect"),
    ("right", "correct"),
    ("misses", "missed"),
    ("shared", "overlap"),
    ("contradicted", "conflict"),
    ("silent", "uncovered"),
    ("faults", "faults"),
)


def head(title: str, note: str) -> None:
    """Draw the way back, and a title."""
    with st.container(gap=None):
        if st.button(
            "All functions", key="back", type="tertiary", icon=":material/arrow_back:", shortcut="b"
        ):
            leave()
        frame.heading(title, note)


def leave() -> None:
    """Go back to all functions."""
    for name in ("new", "function", "file"):
        st.query_params.pop(name, None)
    state.forget("function_form")
    state.forget("table_picked")
    st.rerun()


def draw(project: Project, subject: Subject) -> None:
    """Draw one function."""
    votes = queries.matrix(project)
    function = next(f for f in queries.catalog(project).functions if f.name == subject.name)
    report = _report(project, votes, subject.name)
    off = subject.name in reads.disabled(project)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(gap=None):
            head(subject.name, f"{function.family} in {function.file}")
        st.space("stretch")
        _more(project, function, off=off)
    _about(project, function, report, off=off)
    view = st.segmented_control(
        "View",
        TABS,
        default=TABS[0],
        required=True,
        key=f"tab_{subject.name}",
        label_visibility="collapsed",
    )
    if view == "Versions":
        versions.draw(project, subject.name)
    elif view == "Editor":
        bench.draw(project, subject, votes, key=f"edit_{subject.name}")
    elif votes is not None and report is not None:
        _numbers(project, votes, report, function, by_class=view == "By class")
    else:
        st.caption("It has no current votes: run the functions first.")


def _report(project: Project, votes: VoteMatrix | None, name: str) -> FunctionReport | None:
    if votes is None:
        return None
    return next((r for r in queries.function_reports(project, votes) if r.name == name), None)


def _more(project: Project, function: FunctionInfo, *, off: bool) -> None:
    """Draw what can be done with the whole function."""
    asked = st.menu_button(
        "More", ["Enable" if off else "Disable", "Open its file", "Remove"], key="function_more"
    )
    if asked == "Open its file":
        st.query_params.pop("function", None)
        st.query_params["file"] = function.file
        st.rerun()
    elif asked == "Remove":
        _ask_to_remove(project, function.name)
    elif asked:
        (loop.enable if off else loop.disable)(project, function.name)
        bench.vote_quietly(project)
        st.rerun()


@st.dialog("Remove the function")
@frame.in_words()
def _ask_to_remove(project: Project, name: str) -> None:
    st.text(f"{name} is taken out of its file. Its versions stay, and can be restored.")
    if st.button("Remove it", type="primary"):
        loop.remove(project, name)
        bench.vote_quietly(project)
        leave()


def _about(
    project: Project, function: FunctionInfo, report: FunctionReport | None, *, off: bool
) -> None:
    labels = project.task.labels
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if off:
            text.chip("disabled")
        if report is None:
            return
        for label in report.polarity:
            text.chip(label, color_of(labels, label))
        for label in report.against:
            text.chip(f"not {label}", color_of(labels, label))
        st.caption(
            f"coverage {report.coverage:.1%} · conflict {report.conflict:.1%} · "
            f"precision {scores.whole(report.precision)} · recall {scores.whole(report.recall)}"
        )
        warning = reads.function_warnings(project, queries.matrix(project)).get(function.name)
        if warning:
            st.markdown(f":orange[:material/warning:] {text.plain(warning)}")


def _numbers(
    project: Project,
    votes: VoteMatrix,
    report: FunctionReport,
    function: FunctionInfo,
    *,
    by_class: bool,
) -> None:
    """Draw the rows of one of its numbers, or of a cell of its classes."""
    labels = queries.probable(project)
    if by_class:
        selection = confusion.draw(report, votes.labels, key=f"classes_{report.name}")
        if selection is None:
            st.caption("Click a number to see its rows.")
            return
        st.subheader(text.plain(titles.of(selection)), anchor=False)
    else:
        selection = _chosen(project, votes, report, labels)
    found = reads.rows_of(project, selection, votes, labels)
    key = f"one_{titles.key(selection)}"
    focus = _in_matrix(votes, function)
    opened.draw(project, votes, found, key=key, focus=focus, why=titles.of(selection))


def _in_matrix(votes: VoteMatrix, function: FunctionInfo) -> FunctionInfo:
    return next((f for f in votes.functions if f.name == function.name), function)


def _chosen(
    project: Project, votes: VoteMatrix, report: FunctionReport, labels: ProbableLabels | None
) -> Selection:
    """Ask which of its rows, with how many there are of each."""
    counts = {
        word: len(reads.rows_of(project, Selection(what=what, function=report.name), votes, labels))
        for word, what in NUMBERS
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        words = [word for word, count in counts.items() if count or word == "votes"]
        word = st.pills(
            "Rows",
            words,
            default=words[0],
            required=True,
            key=f"which_{report.name}",
            format_func=lambda word: f"{word} {counts[word]:,}",
            label_visibility="collapsed",
        )
        what = dict(NUMBERS)[str(word)]
        other = _with(votes, report.name) if what in ("overlap", "conflict") else ""
    return Selection(what=what, function=report.name, other=other)


def _with(votes: VoteMatrix, name: str) -> str:
    others: Sequence[str] = [f.name for f in votes.functions if f.name != name]
    picked = st.selectbox(
        "With", ["any other", *others], key=f"with_{name}", width=220, label_visibility="collapsed"
    )
    return "" if picked == "any other" else picked
