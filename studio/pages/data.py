"""Data: what have we got?"""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from curation.exceptions import ImportFailedError
from curation.importers import preview
from curation.importers.mapping import ColumnMapping
from curation.project import Project
from curation.resolution import standing_words
from curation.types import Example, ImportReport, Split
from studio import frame, loop, queries, state
from studio.components import text

PAGE = 100
HELD_BACK = "held back"
"""What is shown in place of an exam row's gold answer."""
FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "gz"]


def render(project: Project) -> None:
    """Draw what there is by split, source and label, and the table of examples."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Data", "What have we got?")
        st.space("stretch")
        if st.button("Import", type="primary", icon=":material/upload_file:", shortcut="i"):
            _import_dialog(project)
    examples = queries.examples(project)
    if not examples:
        st.info("Your texts live here. Import a CSV, JSONL, Parquet or chat file to begin.")
        return
    _counts(project, examples)
    _table(project, examples)


def _counts(project: Project, examples: tuple[Example, ...]) -> None:
    gold = dict.fromkeys(Split, 0)
    counts = project.store.count_examples()
    for example in examples:
        gold[example.split] += example.reference is not None
    with st.container(horizontal=True):
        for split in Split:
            st.metric(
                split.value.capitalize(),
                f"{counts[split]:,}",
                f"{gold[split]:,} with gold",
                border=True,
                delta_color="off",
                delta_arrow="off",
                height="stretch",
            )
    labels = pd.Series(
        [e.reference for e in examples if e.reference and e.split is not Split.TEST], dtype=object
    )
    if project.task.labels and len(labels):
        bars = labels.value_counts().rename_axis("label").reset_index(name="rows")
        spec = {
            "height": 26 * len(bars),
            "mark": {"type": "bar", "cornerRadiusEnd": 4},
            "encoding": {
                "y": {"field": "label", "type": "nominal", "sort": "-x", "title": None},
                "x": {
                    "field": "rows",
                    "type": "quantitative",
                    "title": "gold rows (the exam's are held back)",
                },
            },
        }
        with st.expander("Gold by label"):
            st.vega_lite_chart(bars, spec, key="gold_by_label")


def _table(project: Project, examples: tuple[Example, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input("Search", type="search", key="search", bind="query-params", live=True)
        split = st.segmented_control(
            "Split",
            ["All", *[s.value for s in Split]],
            default="All",
            key="split",
            bind="query-params",
            required=True,
        )
        sources = sorted({e.source for e in examples})
        source = st.selectbox("Source", ["All", *sources], key="source")
    found = [
        e
        for e in examples
        if (split in ("All", e.split.value))
        and source in ("All", e.source)
        and (not words or words.lower() in e.input.lower())
    ]
    st.caption(f"{len(found):,} of {len(examples):,} examples")
    page = st.pagination(max(1, -(-len(found) // PAGE)), key="page") if len(found) > PAGE else 1
    shown = found[(page - 1) * PAGE : page * PAGE]
    chosen = st.dataframe(
        [_row(e) for e in shown],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"examples_{page}_{split}_{source}_{words}",
        column_config={"text": st.column_config.TextColumn("text", width=520)},
    )
    picked = chosen["selection"]["rows"]
    if picked and picked[0] < len(shown):
        _story(project, shown[picked[0]])


def _row(example: Example) -> dict[str, object]:
    row: dict[str, object] = {
        "text": example.input,
        "gold": _gold(example),
        "split": example.split.value,
        "source": example.source,
        "line": example.line,
    }
    for name, value in list(example.metadata.items())[:3]:
        row[f"{name} (file)" if name in row else name] = str(value)
    return row


def _gold(example: Example) -> str:
    if example.reference is None:
        return ""
    return HELD_BACK if example.split is Split.TEST else example.reference


def _story(project: Project, example: Example) -> None:
    """Draw where an example came from and what was said about it."""
    with st.container(border=True):
        st.subheader("Its story", anchor=False)
        text.block(example.input)
        st.text(f"{example.source}, line {example.line}; {example.split.value}; id {example.id}")
        if example.split is not Split.TEST:
            _votes_on(project, example)
        said = standing_words(project.store.annotations(example.id)).get(example.id, ())
        for annotation in said:
            hidden = example.split is Split.TEST and annotation.answer
            answer = HELD_BACK if hidden else annotation.answer or annotation.action
            when = f"{annotation.at:%Y-%m-%d %H:%M}"
            st.text(f"{annotation.reviewer} via {annotation.via}, {when}: {answer}")


def _votes_on(project: Project, example: Example) -> None:
    votes = queries.matrix(project)
    if votes is None or example.id not in votes.example_ids:
        return
    row = votes.votes[votes.example_ids.index(example.id)]
    with st.container(horizontal=True):
        for function, vote in zip(votes.functions, row, strict=True):
            if vote >= 0:
                text.chip(f"{function.name}: {votes.labels[vote]}", "violet")


@st.dialog("Import a file", width="large")
@frame.in_words()
def _import_dialog(project: Project) -> None:
    uploaded = st.file_uploader("File", type=FORMATS, key="import_file")
    typed = st.text_input("Or a path on this machine", placeholder="/data/messages.jsonl, a folder")
    if uploaded is None and not typed:
        st.caption("CSV, TSV, JSONL, JSON, Parquet, chat JSONL, or a Hugging Face datasets folder.")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(typed).expanduser()
        if uploaded is not None:
            path = Path(folder) / Path(uploaded.name).name
            path.write_bytes(uploaded.getbuffer())
        try:
            _map_and_import(project, path)
        except ImportFailedError as error:
            frame.show_error(error)
            st.dataframe(
                [{"line": line, "reason": reason} for line, reason in error.rejected],
                hide_index=True,
            )


def _map_and_import(project: Project, path: Path) -> None:
    seen = preview(path)
    if not seen.columns:
        raise ImportFailedError(
            "No row of its beginning reads, so there are no columns to choose from.",
            where=path.name,
            rejected=tuple((row.line, row.reason) for row in seen.bad),
        )
    guessed = loop.suggest_mapping(project, path)
    st.dataframe([row.fields for row in seen.rows[:5]], hide_index=True)
    columns = list(seen.columns)
    optional = ["(none)", *columns]
    with st.container(horizontal=True):
        chosen_text = st.selectbox("Text", columns, index=columns.index(guessed.text))
        reference = st.selectbox("Gold answer", optional, index=_index(optional, guessed.reference))
        split = st.selectbox(
            "Split",
            optional,
            index=_index(optional, guessed.split),
            help="Where no column says, near-duplicates stay on one side.",
        )
        group = st.selectbox("Belong together", optional, index=_index(optional, guessed.group))
    skip = st.checkbox("Skip bad rows and keep them aside")
    if st.button("Import this file", type="primary"):
        mapping = ColumnMapping(
            text=chosen_text,
            reference=_named(reference),
            split=_named(split),
            group=_named(group),
            metadata=None,
        )
        with st.status("Reading") as status:
            done = loop.import_file(
                project,
                path,
                mapping=mapping,
                skip_bad=skip,
                on_row=lambda n: status.update(label=f"{n:,} rows read"),
            )
        state.flash(_told(done))
        st.rerun()


def _index(options: list[str], name: str | None) -> int:
    return options.index(name) if name in options else 0


def _named(option: str) -> str | None:
    return None if option == "(none)" else option


def _told(done: ImportReport) -> str:
    parts = [f"{done.added:,} new examples", f"{done.known:,} known already"]
    if done.rejected:
        parts.append(f"{len(done.rejected)} rows set aside in rejects")
    if done.disagreeing:
        parts.append(f"{len(done.disagreeing)} gold answers disagree with those kept")
    return ", ".join(parts)


if __name__ == "__main__":
    frame.show(render, "Data")
