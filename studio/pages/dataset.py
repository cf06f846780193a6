"""Dataset: what would we train on?"""

import streamlit as st

from curation import datasets
from curation.exporters import EXPORTERS
from curation.project import Project, change_settings
from curation.types import DatasetManifest, Split, Word
from studio import frame, loop, queries, state
from studio.components import text

ICONS = {"note": ":material/info:", "warning": ":material/warning:", "refuse": ":material/block:"}
COLORS = {"note": "gray", "warning": "orange", "refuse": "red"}
WORDS = {Word.PERSON: "people", Word.GOLD: "gold", Word.VOTES: "functions"}


def render(project: Project) -> None:
    """Draw what would be frozen, what is wrong with it, and the versions there are."""
    plan = _plan(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Dataset", "What would we train on?")
        st.space("stretch")
        ready = bool(plan.rows[Split.TRAIN])
        if st.button(
            "Freeze",
            type="primary",
            icon=":material/ac_unit:",
            shortcut="f",
            disabled=not ready or bool(plan.refusals),
        ):
            _freeze(project)
    if (
        project.task.classifies
        and not queries.votes_are_current(project)
        and any(project.functions.glob("*.py"))
    ):
        st.warning("The votes are stale and are left out. Run the functions first.")
    _numbers(plan)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        _left_out(project, plan)
    with right.container(border=True, height="stretch"):
        _checks(plan)
    _template(plan)
    _versions(project)


def _plan(project: Project) -> datasets.DatasetPlan:
    return loop.plan_dataset(
        project,
        queries.matrix(project),
        queries.likely_answers(project),
        drop_overlap=bool(state.recall("drop_overlap", False)),
    )


def _freeze(project: Project) -> None:
    manifest = loop.freeze_dataset(
        project,
        queries.matrix(project),
        queries.likely_answers(project),
        drop_overlap=bool(state.recall("drop_overlap", False)),
    )
    state.flash(f"{manifest.version} is frozen")
    st.rerun()


def _numbers(plan: datasets.DatasetPlan) -> None:
    train = plan.rows[Split.TRAIN]
    said = {word: sum(row.word is word for row in train) for word in WORDS}
    note = ", ".join(f"{n:,} by {WORDS[word]}" for word, n in said.items() if n)
    with st.container(horizontal=True):
        for name, value, detail in (
            ("Training", len(train), note or None),
            ("Validation", len(plan.rows[Split.VALIDATION]), "early stopping and errors"),
            ("Exam", len(plan.rows[Split.TEST]), "held out"),
            ("Left out", sum(plan.left_out.values()), None),
        ):
            st.metric(
                name,
                f"{value:,}",
                detail,
                border=True,
                height="stretch",
                delta_color="off",
                delta_arrow="off",
            )


def _left_out(project: Project, plan: datasets.DatasetPlan) -> None:
    st.subheader("Left out, and why", anchor=False)
    if plan.left_out:
        rows = [
            {"reason": reason, "examples": n}
            for reason, n in sorted(plan.left_out.items(), key=lambda item: -item[1])
        ]
        st.dataframe(rows, hide_index=True)
    if project.task.labels:
        threshold = st.slider(
            "Votes count as an answer from a probability of",
            0.34,
            1.0,
            project.settings.threshold,
            0.02,
        )
        if threshold != project.settings.threshold:
            change_settings(project, project.settings.model_copy(update={"threshold": threshold}))
            st.rerun()


def _checks(plan: datasets.DatasetPlan) -> None:
    st.subheader("Checks", anchor=False)
    if not plan.checks:
        st.badge("Nothing wrong found", icon=":material/check:", color="green")
    for check in plan.checks:
        st.badge(
            check.check.replace("_", " "), icon=ICONS[check.severity], color=COLORS[check.severity]
        )
        st.text(check.message)
    st.checkbox("Leave training rows out that say the same as a held-out row", key="drop_overlap")


def _template(plan: datasets.DatasetPlan) -> None:
    rows = plan.rows[Split.TRAIN]
    if rows:
        with st.expander("How a row reads to the model"):
            number = st.number_input("Row", 1, len(rows), 1)
            text.conversation(rows[number - 1].messages)


def _versions(project: Project) -> None:
    st.subheader("Versions", anchor=False)
    names = datasets.versions(project.datasets)
    if not names:
        st.caption("A frozen version never changes: runs train on it, scores refer to it.")
        return
    manifests = [datasets.read_manifest(project.datasets / name) for name in reversed(names)]
    chosen = st.dataframe(
        [_row(project, m) for m in manifests],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="versions",
    )
    picked = chosen["selection"]["rows"]
    manifest = manifests[picked[0] if picked else 0]
    with st.expander(f"{manifest.version}: card and export"):
        st.code(
            (project.datasets / manifest.version / "card.md").read_text("utf-8"),
            language=None,
            wrap_lines=True,
        )
        _export(project, manifest)


def _row(project: Project, manifest: DatasetManifest) -> dict[str, object]:
    counts, words = manifest.counts, manifest.words
    row: dict[str, object] = {
        "version": manifest.version,
        "frozen": f"{manifest.created_at:%Y-%m-%d %H:%M}",
        "train": counts.get(Split.TRAIN, 0),
        "validation": counts.get(Split.VALIDATION, 0),
        "exam": counts.get(Split.TEST, 0),
    } | {f"by {WORDS[word]}": words.get(word, 0) for word in WORDS}
    if manifest.parent:
        change = datasets.compare_versions(project.datasets, manifest.parent, manifest.version)
        row["since the one before"] = (
            f"+{len(change.added)} −{len(change.removed)}, {len(change.relabelled)} relabelled"  # noqa: RUF001
        )
    return row


def _export(project: Project, manifest: DatasetManifest) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Format", list(EXPORTERS))
        if st.button("Export the training rows", icon=":material/download:"):
            folder = project.folder / "exports"
            folder.mkdir(exist_ok=True)
            suffix = "csv" if name == "csv" else "jsonl"
            target = folder / f"{manifest.version}-{name}.{suffix}"
            rows = datasets.read_rows(project.datasets / manifest.version, Split.TRAIN)
            st.text(f"{EXPORTERS[name](rows, target)} rows in {target}")


if __name__ == "__main__":
    frame.show(render, "Dataset")
