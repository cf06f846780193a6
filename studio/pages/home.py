"""Home: where are we, and what is the next best minute of work?"""

import streamlit as st

from curation.findings import still_open
from curation.project import Project
from studio import frame, queries
from studio.components import scores, text
from studio.standing import Freshness, Standing

COLORS = {Freshness.DONE: "green", Freshness.NOW: "blue", Freshness.STALE: "orange"}


def render(project: Project) -> None:
    """Draw the ring, the next step, the turns so far and what is still open."""
    standing = queries.standing(project)
    frame.heading(project.settings.name, project.task.instruction)
    for alert in standing.alerts:
        st.warning(text.plain(alert), icon=":material/notifications:")
    _next_step(standing)
    _stations(standing)
    with st.container(border=True):
        _turns(standing, project.task.criterion.metric)
    with st.container(border=True):
        _findings(project)


def _next_step(standing: Standing) -> None:
    step = standing.next_step
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.subheader(step.label, anchor=False)
            st.caption(step.why)
        st.space("stretch")
        if st.button(
            f"Go to {step.page}", type="primary", icon=":material/east:", shortcut="Enter"
        ):
            frame.go(step)


def _stations(standing: Standing) -> None:
    per_row = (len(standing.stations) + 1) // 2
    for start in (0, per_row):
        row = standing.stations[start : start + per_row]
        for column, station in zip(st.columns(per_row), row, strict=False):
            with column.container(border=True, height="stretch", gap="xsmall"):
                st.page_link(
                    frame.page(station.page),
                    label=f"**{station.page}**",
                    icon=frame.MARKS[station.freshness],
                )
                st.text(station.count)
                if station.note:
                    st.badge(station.note, color="orange")


def _turns(standing: Standing, metric: str) -> None:
    st.subheader("Turns of the ring", anchor=False)
    if not standing.turns:
        st.caption("Each finished run appears here: what was changed, and what it brought.")
        return
    rows = [
        {
            "run": turn.run.spec.id,
            "dataset": turn.dataset,
            "rows": turn.training_rows,
            "by people": turn.by_people,
            f"validation {metric}": scores.whole(turn.validation),
            f"exam {metric}": scores.whole(turn.exam),
        }
        for turn in standing.turns
    ]
    st.dataframe(rows, hide_index=True)
    drawn = [
        {
            "name": f"{turn.run.spec.id} ({turn.dataset})",
            "value": s.value,
            "low": s.low,
            "high": s.high,
        }
        for turn in reversed(standing.turns)
        if (s := turn.validation) is not None and s.value is not None
    ]
    if drawn:
        scores.whiskers(drawn, f"{metric} on validation, 95 % interval", key="turns")


def _findings(project: Project) -> None:
    st.subheader("Open findings", anchor=False)
    waiting = still_open(project.store.findings())
    if not waiting:
        st.caption("Errors worth working on are kept here until the data answers them.")
    for finding in waiting[:8]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(finding.title)
            st.badge(f"{len(finding.example_ids)} to {finding.action}", color="blue")


if __name__ == "__main__":
    frame.show(render, "Home")
