"""Evaluate: is it better, and are we sure?"""

import streamlit as st

from curation import datasets
from curation.project import Project
from curation.types import Evaluation, RunStatus, Split
from studio import frame, jobs, loop
from studio.components import scores

VERDICTS = {True: ("met", "green"), False: ("not met", "red"), None: ("cannot tell", "orange")}


def render(project: Project) -> None:
    """Draw a run's scores beside its baselines, the verdict, and the door to the exam."""
    finished = [s for s in loop.list_runs(project) if s.status is RunStatus.FINISHED]
    if not finished:
        frame.heading("Evaluate", "Is it better, and are we sure?")
        st.info("A finished run is scored here beside the untrained model and the majority class.")
        return
    names = [s.spec.id for s in finished]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(gap=None):
            frame.heading("Evaluate", "Is it better, and are we sure?")
        st.space("stretch")
        run = st.selectbox("Run", names, key="run", bind="query-params", width=280)
        _start(project, run)
    for split in (Split.TEST, Split.VALIDATION):
        _split(project, run, split)
    _compare(project, names)
    _record(project)


def _start(project: Project, run: str) -> None:
    validated = loop.read_evaluation(project, run, Split.VALIDATION)
    busy = any(jobs.evaluation_state(project, run, split).live for split in Split)
    if validated is None and _has_validation(project, run):
        if st.button("Evaluate on validation", type="primary", disabled=busy, shortcut="e"):
            jobs.start_evaluation(project, run, Split.VALIDATION)
            st.rerun()
    elif loop.read_evaluation(project, run, Split.TEST) is None and st.button(
        "Open the exam", type="primary", icon=":material/lock_open:", disabled=busy
    ):
        _open_exam(project, run)


def _has_validation(project: Project, run: str) -> bool:
    version = loop.read_state(project, run).spec.dataset
    return datasets.read_manifest(project.datasets / version).counts.get(Split.VALIDATION, 0) > 0


@st.dialog("Open the exam")
@frame.in_words()
def _open_exam(project: Project, run: str) -> None:
    before = [o for o in project.store.openings() if o.dataset]
    st.write("Every look at the exam is kept on record: the more looks, the less a score means.")
    st.text(f"It was opened {len(before)} times so far.")
    why = st.text_input("Why now?", placeholder="The run is a candidate to go live")
    if st.button("Open it", type="primary", disabled=not why.strip()):
        jobs.start_evaluation(project, run, Split.TEST, who=loop.whoami(), why=why.strip())
        st.rerun()


def _split(project: Project, run: str, split: Split) -> None:
    evaluation = loop.read_evaluation(project, run, split)
    if evaluation is not None:
        _scores(project, evaluation)
        return
    job = jobs.evaluation_state(project, run, split)
    if job.live:
        st.fragment(run_every=1.0)(_progress)(project, run, split)
    elif job.failed:
        st.badge("The evaluation failed", color="red", icon=":material/error:")
        st.code(job.failed, language=None)


@frame.in_words()
def _progress(project: Project, run: str, split: Split) -> None:
    job = jobs.evaluation_state(project, run, split)
    if not job.live:
        st.rerun()
    share = job.done / job.total if job.total else 0.0
    waiting = "the untrained model answers first" if not job.done else f"{job.done} of {job.total}"
    st.progress(min(1.0, share), f"Evaluating on {split.value}: {waiting}")


def _scores(project: Project, evaluation: Evaluation) -> None:
    exam = evaluation.split is Split.TEST
    openings = project.store.openings()  # a new version keeps most of the exam's rows
    looks = sum(o.dataset == evaluation.dataset for o in openings)
    opened = f"opened {looks} times with this dataset, {len(openings)} in all"
    word, color = VERDICTS[evaluation.verdict.met]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Exam" if exam else "Validation", anchor=False, width="content")
            st.badge(word, color=color)
            note = opened if exam else "used for early stopping"
            st.caption(f"{evaluation.run} on {evaluation.dataset}, {note}")
        st.text(evaluation.verdict.sentence)
        _decisive(project, evaluation)
        with st.expander("All metrics, beside the baselines", expanded=False):
            st.dataframe(scores.table(evaluation), hide_index=True)
        if evaluation.confusion:
            with st.expander("Confusion"):
                scores.confusion(evaluation, key=f"confusion_{evaluation.split.value}")


def _decisive(project: Project, evaluation: Evaluation) -> None:
    metric = project.task.criterion.metric
    rows = []
    for name, found in {"this run": evaluation.scores, **evaluation.baselines}.items():
        score = next((s for s in found if s.metric == metric), None)
        if score is not None and score.value is not None:
            rows.append(
                {
                    "name": f"{name}  {score.value:.2f}",
                    "value": score.value,
                    "low": score.low,
                    "high": score.high,
                }
            )
    if rows:
        own = evaluation.score(metric)
        n = own.n if own else len(rows)
        scores.whiskers(
            rows, f"{metric}, 95 % interval, n = {n}", key=f"decisive_{evaluation.split.value}"
        )


def _compare(project: Project, names: list[str]) -> None:
    metric = project.task.criterion.metric
    rows = []
    for name in names:
        validation = loop.read_evaluation(project, name, Split.VALIDATION)
        exam = loop.read_evaluation(project, name, Split.TEST)
        rows.append(
            {
                "run": name,
                f"validation {metric}": scores.whole(validation.score(metric))
                if validation
                else "",
                f"exam {metric}": scores.whole(exam.score(metric)) if exam else "",
            }
        )
    if len(rows) > 1:
        st.subheader("All runs", anchor=False)
        st.dataframe(rows, hide_index=True)


def _record(project: Project) -> None:
    openings = project.store.openings()
    if openings:
        with st.expander(f"The exam was opened {len(openings)} times"):
            st.dataframe(
                [
                    {
                        "when": f"{o.at:%Y-%m-%d %H:%M}",
                        "run": o.run,
                        "dataset": o.dataset,
                        "who": o.who,
                        "why": o.why,
                    }
                    for o in reversed(openings)
                ],
                hide_index=True,
            )


if __name__ == "__main__":
    frame.show(render, "Evaluate")
