"""Functions of an `extract` project: what each marks, how good it is, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.project import Project
from curation.types import ABSTAIN, Span, against, fingerprint
from labeling_functions.analysis.span_report import SpanReport
from labeling_functions.source import read_file, replace_file, write_function
from labeling_functions.spans import Mark, SpanVotes
from studio import frame, loop
from studio.components import function_form, scores, text
from studio.components.completions import completions
from studio.components.editor import editor, fault_marks
from studio.components.rows import Row, Vote, rows
from studio.workbench import reads
from studio.workbench.highlights import merged

SHOWN = 40
EXPLAINED = {
    "coverage": "Share of examples it marks something in.",
    "precision": "Marks that are exactly a gold span, among its marks in training rows with gold.",
    "touching": "Marks that touch a gold span of the label: right but for where they end.",
    "recall": "Gold spans of its label it marks exactly.",
}


def draw(project: Project) -> None:
    """Draw the functions, the rows of one of them or of all, and the files."""
    votes = marks_of(project)
    for fault in votes.faults:
        text.block(f"{fault.function}: {fault.error}")
    if not votes.functions:
        st.info(
            "A labeling function marks stretches of a text: words, a pattern, a list of names. "
            "Write one, and see at once what it finds."
        )
    else:
        gold = loop.span_gold(project)
        reports = loop.judge_marks(project, votes)
        picked = _table(votes, reports)
        _rows(project, votes, gold, picked)
    _files(project, votes)


def marks_of(project: Project) -> SpanVotes:
    """Return what the functions mark now."""
    size = sum(project.store.count_examples().values())
    return _marks(str(project.folder), loop.functions_digest(project), size, project)


@st.cache_resource(max_entries=4, show_spinner="Marking")
def _marks(folder: str, digest: str, size: int, _project: Project) -> SpanVotes:  # noqa: ARG001
    return loop.mark(_project)


def draw_new(project: Project) -> None:
    """Draw a form for a new function, and what it would mark beside it."""
    left, right = st.columns([1, 1], gap="medium")
    with left, frame.in_words():
        code = function_form.draw(project, reads.columns(project), {}, key="mark_new")
        if code:
            st.code(code, language="python", wrap_lines=True)
        if st.button("Save", type="primary", icon=":material/save:", disabled=not code):
            write_function(project.functions, code)
            st.query_params.pop("new", None)
            st.rerun()
    with right, frame.in_words():
        if code:
            _preview(project, loop.try_marks(project, code))


def _preview(project: Project, tried: SpanVotes) -> None:
    for fault in tried.faults[:3]:
        text.block(fault.error)
    gold = loop.span_gold(project)
    for report in loop.judge_marks(project, tried):
        st.markdown(
            f"**{report.marks:,}** marks in {report.coverage:.1%} of the examples · precision so "
            f"far **{scores.short(report.precision)}** "
            f"({text.plain(scores.interval(report.precision))})"
        )
    if tried.functions:
        _rows(project, tried, gold, 0, key="mark_tried")


def _table(votes: SpanVotes, reports: Sequence[SpanReport]) -> int | None:
    """Draw the table; return the function picked in it."""
    shown = [
        {
            "function": r.name,
            "marks": f"not {r.label}" if r.negative else r.label,
            "coverage": r.coverage,
            "spans": r.marks,
            "precision": scores.whole(r.precision),
            "touching": scores.whole(r.touching),
            "recall": scores.whole(r.recall),
        }
        for r in reports
    ]
    config = {
        name: st.column_config.TextColumn(name, help=help_, width=205)
        for name, help_ in EXPLAINED.items()
    }
    config["coverage"] = st.column_config.ProgressColumn(
        "coverage", format="percent", min_value=0, max_value=1, help=EXPLAINED["coverage"]
    )
    chosen = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"marks_{len(votes.functions)}",
        column_config=config,
    )
    picked = chosen["selection"]["rows"]
    return picked[0] if picked and picked[0] < len(votes.functions) else None


def _rows(
    project: Project,
    votes: SpanVotes,
    gold: dict[str, tuple[Span, ...]],
    picked: int | None,
    key: str = "marks",
) -> None:
    found = [m for m in votes.marks if picked is None or m.function == picked]
    places = sorted({mark.row for mark in found})
    whose = votes.functions[picked].name if picked is not None else "any function"
    st.caption(f"{len(places):,} examples with a mark of {text.plain(whose)}")
    shown = places[:SHOWN]
    texts = dict(zip(shown, loop.columns(project).corpus.texts[shown].to_list(), strict=True))
    rows(
        [_row(votes, [m for m in found if m.row == row], texts[row], gold, row) for row in shown],
        votes.labels,
        key=f"{key}_rows",
        height=430,
    )
    if len(places) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(places):,}")


def _row(
    votes: SpanVotes,
    marks: Sequence[Mark],
    said: str,
    gold: dict[str, tuple[Span, ...]],
    row: int,
) -> Row:
    spans = merged((m.start, m.end) for m in marks)
    ordered = sorted(marks, key=lambda m: m.start)
    told = tuple(_vote(votes, m.function, said[m.start : m.end]) for m in ordered)
    truth = gold.get(votes.example_ids[row])
    words = ""
    if truth is not None:
        listed = ", ".join(f"{s.label}: {said[s.start : s.end]}" for s in truth)
        words = f"gold {listed or 'no spans'}"
    # As a note: gold beside a vote would say whether the whole row is right.
    return Row(text=said, spans=spans, votes=told, note=words)


def _vote(votes: SpanVotes, column: int, words: str) -> Vote:
    vote = votes.votes[column]
    label = votes.labels[vote if vote > ABSTAIN else against(vote)]
    return Vote(label, words, against=vote < ABSTAIN)


def _files(project: Project, votes: SpanVotes) -> None:
    files = sorted(path.name for path in project.functions.glob("*.py"))
    if not files:
        return
    with st.expander("Edit the files"), frame.in_words():
        name = st.selectbox("File", files)
        code = read_file(project.functions, name)
        typed = editor(
            key=f"mark_{name}",
            document=reads.document(project, name, fingerprint(code)),
            code=code,
            words=completions(project.task.labels, reads.columns(project)),
            marks=fault_marks([f for f in votes.faults if f.function == name]),
            height=380,
        )
        if st.button("Save", icon=":material/save:", key="mark_save") or typed.action == "save":
            replace_file(project.functions, name, typed.code)
            st.rerun()
