"""All functions together: the headline, the table, pairs, rows that need a rule, suggestions."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from curation.types import Fault, ProbableLabels, VoteMatrix
from labeling_functions.analysis.selection import Selection
from studio import queries, state
from studio.components import text
from studio.workbench import (
    conflicts,
    headline,
    opened,
    pair_matrix,
    reads,
    suggestions,
    table,
    titles,
)

VIEWS = ("All functions", "Pairs", "Conflicts", "Suggestions")
OPENED = "opened_rows"


def draw(project: Project) -> None:
    """Draw everything about the functions that there are."""
    catalog = queries.catalog(project)
    _broken(catalog.faults)
    if not catalog.functions and not catalog.faults:
        _empty(project)
        return
    votes, labels = queries.matrix(project), queries.probable(project)
    if votes is None or labels is None:
        if catalog.functions:
            st.caption("Functions or examples changed since the last votes.")
            _names([function.name for function in catalog.functions])
        return
    _open(headline.draw(project, votes, labels), "headline")
    headline.warnings(project, votes)
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    _view(project, str(view), votes)
    _rows(project, votes, labels)


def _view(project: Project, view: str, votes: VoteMatrix) -> None:
    if view == "Pairs":
        _open(pair_matrix.draw(reads.pairs_of(project, votes), key="pairs"), "pairs")
    elif view == "Conflicts":
        found = reads.conflicts_of(project, votes)
        if not found:
            st.caption("No two functions contradict each other.")
        _open(conflicts.draw(found, votes.labels, key="bucket"), "conflicts")
    elif view == "Suggestions":
        suggestions.draw(project, votes)
    else:
        _table(project, votes)


def _table(project: Project, votes: VoteMatrix) -> None:
    picked = table.draw(
        votes,
        queries.function_reports(project, votes),
        left_out=reads.left_out(project, votes),
        warnings=reads.function_warnings(project, votes),
        about=reads.about(project),
        disabled=reads.disabled(project),
        short=isinstance(state.recall(OPENED), Selection),
        key="functions",
    )
    fresh = picked != state.recall("table_picked")
    state.remember("table_picked", picked)
    if picked is None or not fresh:
        return
    if picked.selection is None:
        st.query_params["function"] = picked.function
        st.rerun()
    state.remember(OPENED, picked.selection)
    st.rerun()  # the table makes room for the rows


def _open(selection: Selection | None, where: str) -> None:
    """Open the rows of a number, once: what was clicked stays selected in its chart."""
    if selection is None:
        state.forget(f"asked_{where}")
        return
    if selection != state.recall(f"asked_{where}") or where in ("headline", "conflicts"):
        state.remember(f"asked_{where}", selection)
        state.remember(OPENED, selection)


def _rows(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> None:
    """Draw the rows of the number that was opened last."""
    selection = state.recall(OPENED)
    if not isinstance(selection, Selection):
        return
    known = {function.name: function for function in votes.functions}
    if {selection.function, selection.other} - known.keys() - {""}:
        state.forget(OPENED)  # the function is gone
        return
    with st.container(border=True, key="opened"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(text.plain(titles.of(selection)), anchor=False)
            st.space("stretch")
            if st.button("Close", key="opened_close", type="tertiary", icon=":material/close:"):
                state.forget(OPENED)
                st.rerun()
        found = reads.rows_of(project, selection, votes, labels)
        focus = known.get(selection.function)
        key, why = f"opened_{titles.key(selection)}", titles.of(selection)
        opened.draw(project, votes, found, key=key, focus=focus, why=why)


def _broken(faults: tuple[Fault, ...]) -> None:
    for place, fault in enumerate(faults):
        with st.container(border=True, key=f"broken_{place}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(
                    f"{text.plain(fault.function)} does not load",
                    icon=":material/error:",
                    color="red",
                )
                st.space("stretch")
                if fault.function.endswith(".py") and st.button(
                    "Mend it", key=f"mend_{place}", type="tertiary", icon=":material/edit:"
                ):
                    st.query_params["file"] = fault.function
                    st.rerun()
            line = f"line {fault.line}: " if fault.line is not None else ""
            text.block(f"{line}{fault.error}")


def _names(names: list[str]) -> None:
    """List functions that have no current votes, so that they can be opened all the same."""
    with st.container(horizontal=True, gap="small"):
        for name in names:
            if st.button(text.plain(name), key=f"name_{name}", type="tertiary"):
                st.query_params["function"] = name
                st.rerun()


def _empty(project: Project) -> None:
    st.info(
        "A labeling function is a rule that votes for a label: words, a pattern, Python. "
        "Write one, and see at once what it covers."
    )
    if project.task.labels and sum(project.store.count_examples().values()):
        suggestions.draw(project, None)
