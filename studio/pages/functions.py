"""Functions: which rules label it, and can they be trusted?"""

import numpy as np
import streamlit as st

from curation.project import Project, change_settings
from curation.types import Fault, ProbableLabels, Split, TaskKind, VoteMatrix, fingerprint
from labeling_functions.aggregate import SETTINGS
from labeling_functions.source import read_file, render_keywords, replace_file
from labeling_functions.suggest import Suggestion, suggest
from studio import frame, loop, queries, state
from studio.components import function_form, scores, text

FORM = "function_form"
EXPLAINED = {
    "coverage": "Share of examples it votes on.",
    "overlap": "Share where another function votes too.",
    "conflict": "Share where another function votes otherwise.",
    "precision": "Right votes among its votes on training rows with a gold answer.",
}


def render(project: Project) -> None:
    """Draw how good the functions are, each and together, and a place to write the next one."""
    if project.task.kind is not TaskKind.CLASSIFY:
        frame.heading("Functions", "Which rules label it, and can they be trusted?")
        st.info("Labeling functions vote for labels; this project writes texts. Go on to Review.")
        return
    current = queries.votes_are_current(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Functions", "Which rules label it, and can they be trusted?")
        st.space("stretch")
        if not current and st.button(
            "Run the functions", type="primary", shortcut="v", icon=":material/play_arrow:"
        ):
            _run(project)
        if st.button(
            "New function",
            type="primary" if current else "secondary",
            icon=":material/add:",
            shortcut="f",
        ):
            function_form.show(project)
    _opened_from_error(project)
    catalog = queries.catalog(project)
    _broken(catalog.faults)
    if not catalog.functions and not catalog.faults:
        st.info(
            "A labeling function is a rule that votes for a label: words, a pattern, Python. "
            "Write one, and see at once what it covers."
        )
        _suggestions(project, None)
        return
    votes, labels = queries.matrix(project), queries.probable(project)
    if votes is None:
        st.caption("Functions or examples changed since the last votes.")
    elif labels is not None:
        _headline(project, votes, labels)
        _functions(project, votes)
        _look(project, votes, labels)
    _suggestions(project, votes)
    _source(project)


def _run(project: Project) -> None:
    with st.status("Voting") as status:
        loop.vote(project, lambda done, total: status.update(label=f"{done:,} of {total:,} votes"))
    st.rerun()


def _opened_from_error(project: Project) -> None:
    """Open the form with what the Errors page sent along."""
    sent = state.recall(FORM)
    if isinstance(sent, dict):
        state.forget(FORM)
        function_form.show(project, sent)


def _broken(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        with st.container(border=True):
            st.badge(
                f"{text.plain(fault.function)} does not load", icon=":material/error:", color="red"
            )
            text.block(fault.error if fault.line is None else f"line {fault.line}: {fault.error}")


def _headline(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> None:
    found = queries.vote_summary(project, votes, labels)
    with st.container(horizontal=True):
        for name, value, note in (
            ("Coverage", f"{found.coverage:.1%}", f"n = {found.n:,}"),
            ("Conflict", f"{found.conflict:.1%}", f"{found.tied:.1%} tied"),
        ):
            st.metric(
                name,
                value,
                note,
                border=True,
                height="stretch",
                delta_color="off",
                delta_arrow="off",
            )
        for title, score in (
            ("Accuracy where they vote", found.accuracy_covered),
            ("Accuracy on all gold", found.accuracy_all),
        ):
            st.metric(
                title,
                scores.short(score),
                scores.interval(score),
                border=True,
                height="stretch",
                delta_color="off",
                delta_arrow="off",
            )
        with st.container(border=True, height="stretch"):
            chosen = st.selectbox(
                "Votes added up by",
                SETTINGS,
                key="aggregator",
                index=SETTINGS.index(project.settings.aggregator),
            )
    by_people = queries.answered_by_people(project, Split.TRAIN)
    if by_people:
        st.caption(
            f"{by_people} of the training rows measured on were answered by people, who are asked "
            "the hard ones first: functions do better than this on the rest."
        )
    if chosen != project.settings.aggregator:
        change_settings(project, project.settings.model_copy(update={"aggregator": chosen}))
        st.rerun()


def _functions(project: Project, votes: VoteMatrix) -> None:
    reports = queries.function_reports(project, votes)
    families = {function.name: function.family for function in votes.functions}
    rows = [
        {
            "function": r.name,
            "family": families[r.name],
            "votes": ", ".join(r.polarity),
            "precision": scores.whole(r.precision),
            "coverage": r.coverage,
            "overlap": r.overlap,
            "conflict": r.conflict,
            "faults": r.faults,
        }
        for r in reports
    ]
    share = {
        name: st.column_config.ProgressColumn(
            name, format="percent", min_value=0, max_value=1, help=EXPLAINED[name], width=95
        )
        for name in ("coverage", "overlap", "conflict")
    }
    precision = st.column_config.TextColumn("precision", help=EXPLAINED["precision"], width=205)
    chosen = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="functions",
        column_config={**share, "precision": precision},
    )
    picked = chosen["selection"]["rows"]
    if picked:
        _one(project, votes, picked[0])


def _one(project: Project, votes: VoteMatrix, column: int) -> None:
    """Draw one function: its source, its faults, and rows it votes on."""
    function = votes.functions[column]
    gold = queries.gold(project)
    with st.container(border=True):
        st.subheader(text.plain(function.name), anchor=False)
        st.code(function.source, language="python")
        for fault in [f for f in votes.faults if f.function == function.name][:3]:
            text.block(f"{fault.error}\n{fault.traceback}")
        voted = [
            (id_, votes.labels[vote])
            for id_, vote in zip(votes.example_ids, votes.votes[:, column], strict=True)
            if vote >= 0
        ]
        wrong = [(id_, label) for id_, label in voted if gold.get(id_, label) != label]
        kind = st.segmented_control(
            "Rows",
            ["Wrong on gold", "All it votes on"],
            required=True,
            default="Wrong on gold" if wrong else "All it votes on",
        )
        _rows(project, dict(wrong if kind == "Wrong on gold" else voted), gold)


def _rows(project: Project, said: dict[str, str], gold: dict[str, str]) -> None:
    shown = project.store.examples(ids=list(said)[:100])
    st.caption(f"{len(said):,} rows")
    st.dataframe(
        [{"text": e.input, "vote": said[e.id], "gold": gold.get(e.id, "")} for e in shown],
        hide_index=True,
        column_config={"text": st.column_config.TextColumn("text", width=620)},
    )


def _look(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> None:
    """Draw the rows that need another function: uncovered, or in conflict."""
    covered = np.asarray((votes.votes >= 0).any(axis=1))
    low = votes.votes.min(axis=1, where=votes.votes >= 0, initial=32767)
    conflict = covered & (votes.votes.max(axis=1) != low)
    with st.expander("Rows that need a rule"):
        kind = st.segmented_control(
            "Which",
            ["No function votes", "Functions disagree"],
            default="No function votes",
            required=True,
        )
        rows = (~covered if kind == "No function votes" else conflict).nonzero()[0]
        said = {}
        for row in rows:
            best = labels.best(row)
            said[votes.example_ids[row]] = best[0] if best else "tied" if covered[row] else ""
        _rows(project, said, queries.gold(project))


def _suggestions(project: Project, votes: VoteMatrix | None) -> None:
    gold = queries.gold(project)
    known = {e.id: e.input for e in queries.examples(project, Split.TRAIN)}
    found = suggest([(i, known[i], label) for i, label in gold.items() if i in known], votes)
    if not found:
        return
    with st.expander(f"{len(found)} suggestions from training gold"):
        for suggestion in found:
            _suggestion(project, suggestion)


def _suggestion(project: Project, suggestion: Suggestion) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        text.chip(suggestion.label, "violet")
        st.text(", ".join(suggestion.words))
        st.caption(
            f"precision {scores.whole(suggestion.precision)}, "
            f"{suggestion.covers} rows nobody votes on"
        )
        st.space("stretch")
        if st.button("Add", key=f"suggested_{suggestion.name}"):
            code = render_keywords(suggestion.name, suggestion.label, suggestion.words)
            function_form.save(project, code)


def _source(project: Project) -> None:
    files = sorted(project.functions.glob("*.py"))
    if not files:
        return
    with st.expander("Edit the files"), frame.in_words():
        name = st.selectbox("File", [file.name for file in files])
        source = read_file(project.functions, name)
        # A file that changed elsewhere gets a new editor: the old one would write over the change.
        key = f"source_{name}_{fingerprint(source)}"
        code = st.text_area("Source", source, height=420, key=key)
        if st.button("Save", icon=":material/save:"):
            replace_file(project.functions, name, code)
            function_form.vote_quietly(project)
            st.rerun()


if __name__ == "__main__":
    frame.show(render, "Functions")
