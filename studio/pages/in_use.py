"""In use: is it still good out there?"""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from curation.project import Project, change_settings
from curation.types import Request, RunStatus
from monitoring.drift import DriftTest
from monitoring.kpis import kpis
from studio import frame, loop, state

RHYTHMS = ["", "week", "month", "quarter"]


def render(project: Project) -> None:
    """Draw what is live, how it is doing, and what its use teaches."""
    live = loop.live_run(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("In use", "Is it still good out there?")
        st.space("stretch")
        if st.button("Promote a run", type="primary", icon=":material/publish:"):
            _promote(project)
        if live and st.button("Roll back", icon=":material/undo:"):
            _roll_back(project)
        if st.button("Import a request log", icon=":material/upload_file:"):
            _import_log(project)
    with st.container(horizontal=True):
        st.metric("Live", live or "nothing", border=True, height="stretch")
        due = loop.retraining(project)
        st.metric(
            "Retraining",
            "due" if due.due and due.date else "not due",
            due.sentence,
            border=True,
            height="stretch",
            delta_color="off",
            delta_arrow="off",
        )
    _rhythm(project)
    requests = project.store.requests()
    if requests:
        _report(project, requests)
    else:
        st.info(
            "Import a log of requests and answers (JSONL: input, answer, confidence, feedback) "
            "to see volume, label mix and drift."
        )
    _history(project)


def _report(project: Project, requests: tuple[Request, ...]) -> None:
    report = loop.watch_drift(project)
    if report is None:
        st.caption("Drift is measured against the live run's exam: promote a run that sat it.")
    else:
        with st.container(border=True):
            st.subheader("Drift against the exam", anchor=False)
            st.badge(
                "alert" if report.alert else "no alert", color="red" if report.alert else "green"
            )
            st.text(report.sentence)
            st.dataframe([_test(test) for test in report.tests], hide_index=True)
    found = kpis(requests, project.task.labels)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        st.subheader("Volume", anchor=False)
        days = pd.DataFrame([{"day": str(day), "requests": n} for day, n in found.volume.items()])
        st.vega_lite_chart(days, _bars("day", "requests"), key="volume")
    with right.container(border=True, height="stretch"):
        st.subheader("Answers", anchor=False)
        rows = [
            {
                "answer": label,
                "requests": share.count,
                "share": f"{share.value or 0:.0%}",
                "interval": f"{share.low or 0:.0%} to {share.high or 0:.0%}",
            }
            for label, share in found.labels.items()
        ]
        st.dataframe(rows, hide_index=True)
        disliked = found.disliked
        st.text(f"{disliked.count} of {disliked.n} rated answers were disliked")
    _harvest(project)


def _test(test: DriftTest) -> dict[str, object]:
    if test.undefined:
        return {"test": test.name, "result": f"undefined, {test.undefined}"}
    return {
        "test": test.name,
        "result": test.sentence,
        "p, corrected": f"{test.adjusted:.2g}" if test.adjusted is not None else "",
        "effect": round(test.effect, 2) if test.effect is not None else None,
        "n then": test.n_reference,
        "n now": test.n_live,
    }


def _bars(x: str, y: str) -> dict[str, object]:
    return {
        "height": 220,
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {"field": x, "type": "temporal", "title": None, "timeUnit": "yearmonthdate"},
            "y": {"field": y, "type": "quantitative", "title": None},
        },
    }


def _harvest(project: Project) -> None:
    picks = loop.requests_worth_labelling(project)
    with st.container(border=True):
        st.subheader("Worth labelling", anchor=False)
        if not picks:
            st.caption("Disliked and uncertain requests appear here.")
            return
        st.dataframe(
            [
                {"asked": p.request.input, "answered": p.request.answer, "why": p.reason}
                for p in picks
            ],
            hide_index=True,
            column_config={"asked": st.column_config.TextColumn("asked", width=480)},
        )
        if st.button(f"Bring these {len(picks)} back as examples", icon=":material/replay:"):
            done = loop.bring_back(project, [pick.request for pick in picks])
            state.flash(f"{done.added} new examples wait in Review")
            st.switch_page(frame.page("Review"))


def _rhythm(project: Project) -> None:
    with st.expander("Retraining rhythm"), st.container(horizontal=True):
        every = st.selectbox(
            "Every",
            RHYTHMS,
            index=RHYTHMS.index(project.settings.retrain_every),
            format_func=lambda name: name or "no fixed rhythm",
        )
        after = st.number_input(
            "Or after so many new answers (0: never)", 0, 1_000_000, project.settings.retrain_after
        )
        new = project.settings.model_copy(update={"retrain_every": every, "retrain_after": after})
        if new != project.settings:
            change_settings(project, new)
            st.rerun()


@st.dialog("Promote a run")
@frame.in_words()
def _promote(project: Project) -> None:
    finished = [s.spec.id for s in loop.list_runs(project) if s.status is RunStatus.FINISHED]
    if not finished:
        st.caption("There is no finished run yet.")
        return
    run = st.selectbox("Run", finished)
    why = st.text_input("Why", placeholder="Better than the live one on the exam, by 6 points")
    if st.button("Promote", type="primary", disabled=not why.strip()):
        loop.promote(project, run, why.strip())
        state.flash(f"{run} is live")
        st.rerun()


@st.dialog("Roll back")
@frame.in_words()
def _roll_back(project: Project) -> None:
    st.write("The run that was live before becomes live again; the record keeps both.")
    why = st.text_input("Why", placeholder="Complaints about billing answers")
    if st.button("Roll back", type="primary", disabled=not why.strip()):
        line = loop.roll_back(project, why.strip())
        state.flash(f"{line.run} is live again")
        st.rerun()


@st.dialog("Import a request log")
@frame.in_words()
def _import_log(project: Project) -> None:
    uploaded = st.file_uploader("JSONL of input, answer, confidence, feedback", type=["jsonl"])
    if uploaded is not None and st.button("Import", type="primary"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(uploaded.name).name
            path.write_bytes(uploaded.getbuffer())
            new = loop.import_requests(project, path)
        state.flash(f"{new:,} new requests")
        st.rerun()


def _history(project: Project) -> None:
    lines = project.store.deployments()
    if lines:
        with st.expander(f"What was live, when ({len(lines)} changes)"):
            st.dataframe(
                [
                    {
                        "when": f"{d.at:%Y-%m-%d %H:%M}",
                        "what": d.action,
                        "run": d.run,
                        "who": d.who,
                        "why": d.why,
                    }
                    for d in reversed(lines)
                ],
                hide_index=True,
            )


if __name__ == "__main__":
    frame.show(render, "In use")
