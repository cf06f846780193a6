"""Act on many examples: buttons that ask with a count, and the recent actions with their undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from curation.project import Project
from curation.types import Split, TaskKind
from studio import frame, loop, state
from studio.components import text
from studio.stations.browsing import Act, Batch, Done

Ids = Callable[[], Sequence[str]]
"""Reads the ids of the examples meant; only called when a button was pressed."""


def actions(project: Project, ids: Ids, count: int, why: str, *, key: str) -> None:
    """Draw what can be done to some examples: label them, send them to review, leave them out.

    Parameters
    ----------
    project : Project
    ids : callable
        Returns the examples' ids.
    count : int
        How many they are.
    why : str
        Where they come from, in words; kept with the action.
    key : str
        Tells these buttons from others of the page.
    """
    some = count > 0
    if project.task.kind is TaskKind.CLASSIFY and st.button(
        "Label", key=f"{key}_label", icon=":material/label:", disabled=not some, shortcut="l"
    ):
        _ask(project, "label", tuple(ids()), why)
    if st.button(
        "Review", key=f"{key}_review", icon=":material/rate_review:", disabled=not some,
        shortcut="w", help="Put them at the front of the review queue.",
    ):  # fmt: skip
        _ask(project, "review", tuple(ids()), why)
    if st.button(
        "Exclude", key=f"{key}_exclude", icon=":material/block:", disabled=not some, shortcut="x",
        help="Keep them out of datasets and of the queue.",
    ):  # fmt: skip
        _ask(project, "exclude", tuple(ids()), why)


TITLES: dict[Act, str] = {
    "label": "Label examples",
    "review": "Send examples to review",
    "exclude": "Exclude examples",
}
DONE: dict[Act, str] = {"label": "labelled", "review": "sent to review", "exclude": "excluded"}


def _ask(project: Project, act: Act, ids: tuple[str, ...], why: str) -> None:
    st.dialog(TITLES[act])(_asking)(project, act, ids, why)


@frame.in_words()
def _asking(project: Project, act: Act, ids: tuple[str, ...], why: str) -> None:
    """Ask before anything is done, with how many it is about and how many it leaves alone."""
    label, note = "", ""
    if act == "label":
        label = st.selectbox("Label", project.task.labels, key="bulk_label") or ""
    if act == "exclude":
        note = st.text_input("Why", key="bulk_note", placeholder="not a message to the shop")
    held_out = st.toggle(
        "Validation rows too",
        key="bulk_held_out",
        help="What measures models should rest on single decisions; the exam always does.",
    )
    again = act == "label" and st.toggle("Rows answered already, too", key="bulk_again")
    planned = loop.plan_batch(
        project, ids, act, label=label, why=why, held_out=held_out, again=again
    )
    _told(planned)
    n = len(planned.ids)
    verb = {"label": "Label", "review": "Send", "exclude": "Exclude"}[act]
    if st.button(f"{verb} {n:,} examples", type="primary", key="bulk_go", disabled=not n):
        loop.carry_out(project, planned, note=note)
        state.flash(f"{n:,} examples {DONE[act]}; undo it under Recent actions")
        st.rerun()


def _told(planned: Batch) -> None:
    sides = ", ".join(f"{planned.by_split[s]:,} {s.value}" for s in Split if s in planned.by_split)
    st.text(f"{len(planned.ids):,} examples{f' ({sides})' if sides else ''}")
    for reason, count in planned.left_out.items():
        st.caption(f"{count:,} left alone: {text.plain(reason)}")


def recent(project: Project, *, key: str = "recent") -> None:
    """Draw the last actions on many examples, each with its undo."""
    with st.popover("Recent actions", icon=":material/history:", key=key):
        done = loop.recent_batches(project)
        if not done:
            st.caption("What you do to many examples at once is listed here, and can be undone.")
        for batch in done:
            _line(project, batch, key)


def _line(project: Project, batch: Done, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.text(f"{batch.size:,} {DONE[batch.act]} {batch.label}".rstrip())
            who = f" by {batch.who}" if batch.who else ""
            st.caption(text.plain(f"{batch.at:%Y-%m-%d %H:%M}{who} · {batch.why or 'no filter'}"))
        st.space("stretch")
        if st.button(
            "Undo" if batch.standing else "Undone",
            key=f"{key}_undo_{batch.id}",
            icon=":material/undo:",
            disabled=not batch.standing,
        ):
            undone = loop.undo_batch(project, batch.id)
            kept = f"; {undone.kept:,} were decided otherwise since" if undone.kept else ""
            state.flash(f"{undone.undone:,} examples are as they were{kept}")
            st.rerun()
