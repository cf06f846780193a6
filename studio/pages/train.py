"""Train: what will run, and is it running well?"""

import pandas as pd
import streamlit as st

from curation import datasets
from curation.project import Project, change_task
from curation.types import Criterion, RunState, RunStatus
from studio import frame, loop, state
from studio.components import text
from training import runs
from training.recipes import RECIPES
from training.spec import Parameter, Recipe

COLORS = {
    RunStatus.QUEUED: "gray",
    RunStatus.RUNNING: "blue",
    RunStatus.CANCELLING: "orange",
    RunStatus.CANCELLED: "orange",
    RunStatus.INTERRUPTED: "orange",
    RunStatus.FAILED: "red",
    RunStatus.FINISHED: "green",
}
MAIN = ("learning_rate", "epochs", "batch_size", "rank")
"""The knobs shown first; the others are under "More"."""


def render(project: Project) -> None:
    """Draw the form of the next run, the runs there are, and the chosen one as it goes."""
    frame.heading("Train", "What will run, and is it running well?")
    versions = datasets.versions(project.datasets)
    if not versions:
        st.info("A run trains on a frozen dataset. Freeze one first.")
        return
    states = loop.list_runs(project)
    with st.expander("New run", expanded=not states, icon=":material/add:"):
        _form(project, versions)
    if states:
        names = [run.spec.id for run in states]
        chosen = st.selectbox("Run", names, key="run", bind="query-params")
        live = states[names.index(chosen)].status.live
        st.fragment(run_every=1.0 if live else None)(_follow)(project, chosen, was_live=live)
        _list(states)


def _form(project: Project, versions: tuple[str, ...]) -> None:
    with st.container(horizontal=True):
        name = st.selectbox("Recipe", list(RECIPES), key="recipe")
        recipe: Recipe = RECIPES[name]
        base = st.text_input(
            "Base model",
            project.settings.base_model,
            help="bundled:..., a folder, or a Hugging Face id.",
        )
        version = st.selectbox("Dataset", list(reversed(versions)))
    st.caption(recipe.summary)
    values: dict[str, float | int | str | bool] = {}
    with st.container(horizontal=True):
        for knob in recipe.parameters:
            if knob.name in MAIN:
                values[knob.name] = _knob(name, knob)
    with st.expander("More"):
        for knob in recipe.parameters:
            if knob.name not in MAIN:
                values[knob.name] = _knob(name, knob)
    project = _criterion(project)
    defaults = {knob.name: knob.default for knob in recipe.parameters}
    changed = {key: value for key, value in values.items() if value != defaults[key]}
    spec = loop.draft_run(
        project, recipe=name, parameters=changed, dataset=version, base_model=base
    )
    st.text(loop.estimate_run(project, spec))
    if st.button("Launch", type="primary", icon=":material/rocket_launch:", shortcut="Mod+Enter"):
        run = loop.start_run(
            project, recipe=name, parameters=changed, dataset=version, base_model=base
        )
        state.flash(f"{run.spec.id} is on its way")
        state.select_run(run.spec.id)
        st.rerun()


def _knob(recipe: str, knob: Parameter) -> float | int | str | bool:
    key = f"{recipe}_{knob.name}"
    title = knob.name.replace("_", " ").capitalize()
    if knob.kind == "choice":
        return st.selectbox(
            title,
            knob.choices,
            index=knob.choices.index(str(knob.default)),
            help=knob.description,
            key=key,
        )
    if knob.kind == "bool":
        return st.checkbox(title, bool(knob.default), help=knob.description, key=key)
    if knob.kind == "int":
        return int(
            st.number_input(
                title,
                _whole(knob.low),
                _whole(knob.high),
                int(knob.default),
                help=knob.description,
                key=key,
            )
        )
    return float(
        st.number_input(
            title,
            _real(knob.low),
            _real(knob.high),
            float(knob.default),
            format="%g",
            help=knob.description,
            key=key,
        )
    )


def _real(bound: float | None) -> float | None:
    return None if bound is None else float(bound)


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _criterion(project: Project) -> Project:
    """Ask what will count as success, before the run can start."""
    old, fitting = project.task.criterion, loop.criteria(project)
    names = fitting if old.metric in fitting else (old.metric, *fitting)
    with st.container(horizontal=True):
        metric = st.selectbox("It succeeds if", names, index=names.index(old.metric))
        target = st.number_input("reaches, on the exam", value=old.target, step=0.05, format="%g")
        gain = st.number_input(
            "and beats the base model by", 0.0, value=old.minimum_gain, step=0.01, format="%g"
        )
    new = Criterion(metric=metric, target=target, minimum_gain=gain)
    return project if new == old else change_task(project, criterion=new.model_dump())


@frame.in_words()
def _follow(project: Project, run: str, *, was_live: bool) -> None:
    """Draw a run as it stands; runs every second while it is live."""
    folder = loop.run_folder(project, run)
    now = runs.read_state(folder)
    if was_live and not now.status.live:
        st.rerun()  # one whole rerun turns the timer off
    rows = runs.last_per_step(runs.read_metrics(folder)[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(run, anchor=False, width="content")
        st.badge(now.status.value, color=COLORS[now.status])
        st.text(now.stage if now.status.live else now.reason)
        st.space("stretch")
        _act(project, now)
    _gauges(now, rows)
    _curve(rows)
    with st.expander("Log and settings"):
        text.block(runs.read_log(folder, lines=40) or "nothing yet")
        st.json(now.spec.model_dump(mode="json"), expanded=False)


def _act(project: Project, now: RunState) -> None:
    run = now.spec.id
    if now.status in (RunStatus.QUEUED, RunStatus.RUNNING):
        if st.button(
            "Cancel",
            icon=":material/stop:",
            key=f"cancel_{run}",
            help="It finishes its step, saves, and can be resumed.",
        ):
            loop.cancel_run(project, run)
    elif now.status in (RunStatus.INTERRUPTED, RunStatus.CANCELLED) and st.button(
        "Resume", icon=":material/play_arrow:", key=f"resume_{run}"
    ):
        loop.resume_run(project, run)
        st.rerun()
    elif now.status is RunStatus.FINISHED:
        st.page_link(frame.page("Evaluate"), label="Evaluate it", icon=":material/east:")


def _gauges(now: RunState, rows: list[dict[str, object]]) -> None:
    last = {key: value for row in rows for key, value in row.items() if value is not None}
    left = now.seconds_left if now.status.live else None
    with st.container(horizontal=True):
        for name, value in (
            ("Step", f"{now.step} of {now.total_steps}" if now.total_steps else "—"),
            ("Training loss", _number(last.get("loss"))),
            ("Best validation loss", _number(now.best_loss)),
            ("Tokens a second", _number(last.get("tokens_per_second"), 0)),
            ("Time left", "—" if left is None else f"{int(left // 60)} min {int(left % 60):02d} s"),
        ):
            st.metric(name, value, border=True, height="stretch")
    if now.total_steps and now.status.live:
        st.progress(min(1.0, now.step / now.total_steps))


def _number(value: object, digits: int = 3) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else "—"


def _curve(rows: list[dict[str, object]]) -> None:
    points = [
        {"step": row["step"], "loss": row[field], "on": name}
        for row in rows
        for field, name in (("loss", "training"), ("eval_loss", "validation"))
        if row.get(field) is not None and "step" in row
    ]
    if not points:
        st.caption("The loss curve appears with the first steps.")
        return
    spec = {
        "height": 260,
        "encoding": {
            "x": {"field": "step", "type": "quantitative", "axis": {"tickMinStep": 1}},
            "y": {"field": "loss", "type": "quantitative", "title": "loss, nats a token"},
            "color": {
                "field": "on",
                "type": "nominal",
                "title": None,
                "sort": ["training", "validation"],
            },
        },
        "layer": [
            {"mark": {"type": "line", "interpolate": "monotone"}},
            {
                "transform": [{"filter": "datum.on == 'validation'"}],
                "mark": {"type": "point", "filled": True, "size": 60},
            },
        ],
    }
    st.vega_lite_chart(pd.DataFrame(points), spec, key="loss_curve")


def _list(states: tuple[RunState, ...]) -> None:
    with st.expander("All runs"):
        st.dataframe(
            [
                {
                    "run": s.spec.id,
                    "status": s.status.value,
                    "dataset": s.spec.dataset,
                    "recipe": s.spec.recipe,
                    "base model": s.spec.base_model,
                    "steps": s.step,
                    "best validation loss": s.best_loss,
                    "why": s.reason,
                }
                for s in states
            ],
            hide_index=True,
        )


if __name__ == "__main__":
    frame.show(render, "Train")
