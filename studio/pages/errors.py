"""Errors: what does it get wrong, and why?"""

from collections.abc import Sequence

import streamlit as st

from curation.findings import still_open
from curation.project import Project
from curation.types import Evaluation, RunStatus, Split, TaskKind, Word
from evaluation.errors import ErrorCase, Neighbour, confusion_cells
from studio import frame, loop, queries, state
from studio.components import scores, text

PER_PAGE = 8
COMMONEST = 8
"""Confusions offered by name; the matrix has them all."""
NOT_YET = "shows once you have answered it"
ORIGINS = {Word.PERSON: "people", Word.GOLD: "gold", Word.VOTES: "functions"}


def render(project: Project) -> None:
    """Draw the confusions, the errors of the chosen one, and what to do about them."""
    run = _choose(project)
    if run is not None:
        _errors(project, run)
    _open_findings(project)


def _errors(project: Project, run: str) -> None:
    cases = loop.browse_errors(project, run)
    evaluation = loop.read_evaluation(project, run, Split.VALIDATION)
    n = evaluation.scores[0].n if evaluation else len(cases)
    st.text(f"{len(cases)} of {n} validation answers are wrong. The exam is not shown here.")
    if not cases:
        st.badge("Nothing to mend on validation", color="green", icon=":material/check:")
        return
    chosen: Sequence[ErrorCase] = cases
    title = "the worst answers"
    if project.task.kind is TaskKind.CLASSIFY and evaluation is not None:
        chosen, title = _by_cell(run, cases, evaluation)
    _act(project, run, chosen, title)
    _cases(project, run, chosen)


def _choose(project: Project) -> str | None:
    names = [
        s.spec.id
        for s in loop.list_runs(project)
        if s.status is RunStatus.FINISHED
        and loop.read_evaluation(project, s.spec.id, Split.VALIDATION)
    ]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(gap=None):
            frame.heading("Errors", "What does it get wrong, and why?")
        st.space("stretch")
        if names:
            return st.selectbox("Run", names, key="run", bind="query-params", width=280)
    st.info("Evaluate a finished run on validation; its errors are shown here with their causes.")
    return None


def _by_cell(
    run: str, cases: Sequence[ErrorCase], evaluation: Evaluation
) -> tuple[Sequence[ErrorCase], str]:
    """Let the person choose a confusion: one of the commonest, or a cell of the matrix."""
    common = confusion_cells(cases)[:COMMONEST]
    options = {f"{c.gold} → {c.predicted}  ({c.count})": (c.gold, c.predicted) for c in common}
    everything = f"All {len(cases)} errors"
    picked = st.pills(
        "Confusions, the commonest first",
        [*options, everything],
        default=next(iter(options)),
        format_func=text.plain,
        key=f"cell_{run}",
        required=True,
    )
    with st.expander("Confusion matrix: select a cell"):
        cell = scores.confusion(evaluation, key=f"confusion_{run}") or options.get(picked)
    if cell is None:
        return cases, "the worst answers"
    gold, predicted = cell
    chosen = [case for case in cases if (case.gold, case.predicted) == cell]
    return chosen, f"{gold} taken for {predicted} ({len(chosen)} of {len(cases)} errors)"


def _act(project: Project, run: str, cases: Sequence[ErrorCase], title: str) -> None:
    """Offer what a group of errors can start."""
    with st.container(border=True):
        note = st.text_input(
            "What do you think goes wrong?",
            key=f"note_{title}",
            placeholder="Optional; kept with the finding",
        )
        with st.container(horizontal=True):
            if st.button(
                "Send the nearest training rows to review",
                type="primary",
                icon=":material/rate_review:",
                shortcut="Mod+Enter",
            ):
                _to_review(project, run, cases, title, note)
            if project.task.kind is TaskKind.CLASSIFY and st.button(
                "Write a labeling function", icon=":material/function:"
            ):
                _to_function(project, run, cases, title, note)
            if st.button("Keep as a finding", icon=":material/flag:"):
                loop.report_finding(project, run, cases, title, action="look", note=note)
                state.flash("Kept with the open findings")
                st.rerun()


def _to_review(
    project: Project, run: str, cases: Sequence[ErrorCase], title: str, note: str
) -> None:
    finding = loop.report_finding(project, run, cases, title, note=note)
    state.flash(f"{len(finding.example_ids)} training rows wait in Review")
    st.switch_page(frame.page("Review"))


def _to_function(
    project: Project, run: str, cases: Sequence[ErrorCase], title: str, note: str
) -> None:
    loop.report_finding(project, run, cases, title, action="function", note=note)
    texts = "\n\n".join(case.input for case in cases[:5])
    state.remember("function_form", {"label": cases[0].gold, "texts": texts})
    st.switch_page(frame.page("Functions"))


def _cases(project: Project, run: str, cases: Sequence[ErrorCase]) -> None:
    pages = -(-len(cases) // PER_PAGE)
    page = st.pagination(pages, key=f"page_{len(cases)}") if pages > 1 else 1
    shown = cases[(page - 1) * PER_PAGE : page * PER_PAGE]
    nearest = loop.nearest_training_rows(project, run, [case.input for case in shown], k=3)
    for case, rows in zip(shown, nearest, strict=True):
        with st.container(border=True):
            _case(project, case, rows)


def _case(project: Project, case: ErrorCase, nearest: Sequence[Neighbour]) -> None:
    text.block(case.input)
    if project.task.kind is TaskKind.CLASSIFY:
        with st.container(horizontal=True, vertical_alignment="center"):
            text.chip(f"gold: {case.gold}", "green")
            text.chip(f"model: {case.predicted}", "red")
            if case.confidence is not None:
                st.text(f"{case.confidence:.0%} sure, wrote: {case.text[:60]!r}")
    else:
        left, right = st.columns(2)
        with left:
            st.caption("reference")
            text.block(case.gold)
        with right:
            st.caption(f"model, ROUGE-L {case.overlap or 0:.2f}")
            text.block(case.predicted or " ")
    for reason in case.reasons:
        st.text(reason)
    _votes(project, case)
    st.caption("Nearest training rows: what taught it")
    hidden = queries.hidden_answers(project, [n.row.id for n in nearest])
    st.dataframe(
        [
            {
                "text": n.row.input,
                "answer": NOT_YET if n.row.id in hidden else n.row.answer,
                "like it": round(n.similarity, 2),
                "on the word of": ""
                if n.row.id in hidden
                else f"{ORIGINS[n.row.word]}: {', '.join(n.row.sources)}",
            }
            for n in nearest
        ],
        hide_index=True,
        column_config={"text": st.column_config.TextColumn("text", width=460)},
    )


def _open_findings(project: Project) -> None:
    """Draw what was kept and is not answered yet; a review closes by itself when it is done."""
    waiting = still_open(project.store.findings())
    if not waiting:
        return
    st.subheader("Open findings", anchor=False)
    for finding in waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{finding.title}. {finding.note}" if finding.note else finding.title)
            st.badge(finding.action, color="blue")
            st.space("stretch")
            if st.button(
                "Close", key=f"close_{finding.id}", type="tertiary", icon=":material/check:"
            ):
                loop.close_finding(project, finding.id)
                st.rerun()


def _votes(project: Project, case: ErrorCase) -> None:
    votes = queries.matrix(project)
    if votes is None or case.example_id not in votes.example_ids:
        return
    row = votes.votes[votes.example_ids.index(case.example_id)]
    said = [(f.name, votes.labels[v]) for f, v in zip(votes.functions, row, strict=True) if v >= 0]
    with st.container(horizontal=True):
        st.caption("Functions say" if said else "No function votes on it")
        for name, label in said:
            text.chip(f"{name}: {label}", "violet")


if __name__ == "__main__":
    frame.show(render, "Errors")
