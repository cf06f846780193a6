"""Bulk: pages of examples that probably have the same label, answered together."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from studio import frame, jobs, loop, state
from studio.components.sheet import Accepted, SheetRow, sheet
from studio.desk.labelling import said
from studio.stations.alike import AT_ONCE

RECENT = 5
"""Pages that can be undone from the list."""


def render(project: Project) -> None:
    """Draw the choice of a label, and the page of what is probably that."""
    if not project.task.classifies:
        st.info("Here a page of similar texts gets a label at once. This project gives no labels.")
        return
    _bulk(project)


@st.fragment
@frame.in_words()
def _bulk(project: Project) -> None:
    who = state.reviewer()
    counts = loop.labels_alike(project, reviewer=who)
    label = _choice(project, counts)
    if label is None:
        _nothing(project)
    else:
        _sheet(project, label, who)
    _pages(project, who)


def _choice(project: Project, counts: dict[str, int]) -> str | None:
    """Return the label chosen; at first the one with the most examples."""
    if not counts:
        return None
    labels = list(project.task.labels)
    most = max(counts, key=lambda label: counts[label])
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.selectbox(
            "Which label is proposed",
            labels,
            index=labels.index(most),
            key="like",
            bind="query-params",
            width=360,
            label_visibility="collapsed",
        )
        st.caption(f"{counts.get(chosen, 0):,} texts are probably this", width="content")
    return chosen


def _sheet(project: Project, label: str, who: str) -> None:
    rows = loop.alike(project, label, number=2 * AT_ONCE, reviewer=who, tab=state.tab())
    sheet(
        key=f"sheet-{project.folder}-{who}",
        queue=[SheetRow(row.example_id, row.text, row.label, row.probability) for row in rows],
        labels=project.task.labels,
        acked=state.acked(),
        on_accept=lambda made: _store(project, made, who),
        scope=label,
        size=AT_ONCE,
    )


def _store(project: Project, made: list[Accepted], who: str) -> None:
    """Keep a page before the browser is told it is kept.

    A page may be old: what its reader has answered one by one since stays as they said it, and
    undoing the page takes back nothing but the page.
    """
    since = _said_elsewhere(project, who, {one.decision.example_id for one in made})
    words, _ = said(project, [x.decision for x in made if x.decision.example_id not in since], who)
    batch = {one.decision.uid: one.batch for one in made}
    loop.answer(project, [word.model_copy(update={"batch": batch[word.uid]}) for word in words])
    state.acknowledge([one.decision.uid for one in made])


def _said_elsewhere(project: Project, who: str, ids: set[str]) -> set[str]:
    standing = loop.said_in(project).standing
    return {
        id_
        for id_ in ids
        for word in standing.get(id_, ())
        if word.reviewer == who and not word.batch.startswith("bulk-")
    }


def _nothing(project: Project) -> None:
    """Say why nothing can be proposed, and offer what would change that."""
    fitting = jobs.refit_state(project)
    if fitting.live:
        _fitting(project)
        return
    if fitting.failed:
        st.warning(fitting.failed.splitlines()[-1])
    fresh = loop.is_worth_refitting(project, loop.quick_model(project))
    if not fresh:
        st.info("Nothing more is sure enough to be answered in bulk. Go on one by one.")
        return
    st.info("Texts that are probably of one label appear here, a page at a time.")
    if st.button("Fit the quick model", type="primary"):
        jobs.start_refit(project)
        st.rerun(scope="fragment")


@st.fragment(run_every=2)
@frame.in_words()
def _fitting(project: Project) -> None:
    """Show how far the fit is; draw the page when it is done."""
    fitting = jobs.refit_state(project)
    if not fitting.live:
        st.rerun()
    done, total = fitting.done, fitting.total
    if done < total:
        st.progress(done / total, f"Embedding {done:,} of {total:,} texts")
    else:
        st.caption("Fitting the quick model")


def _pages(project: Project, who: str) -> None:
    """List the person's last pages, to take one back."""
    mine = [
        done
        for done in loop.recent_batches(project)
        if done.id.startswith("bulk-") and done.who == who and done.standing
    ]
    if not mine:
        return
    with st.expander("Accepted pages"):
        for done in mine[:RECENT]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{done.label} · {done.standing} of {done.size} · {done.at:%H:%M}")
                st.space("stretch")
                if st.button("Undo", key=f"undo-{done.id}", type="tertiary"):
                    loop.undo_batch(project, done.id)
                    st.rerun()
