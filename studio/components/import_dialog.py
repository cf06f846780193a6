"""The dialog that imports a file: choose it, say what its columns are, read it whole or not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from curation.exceptions import ImportFailedError
from curation.importers import preview
from curation.importers.mapping import ColumnMapping
from curation.project import Project
from curation.types import ImportReport
from studio import frame, loop, state

FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "gz"]


@st.dialog("Import a file", width="large")
@frame.in_words()
def show(project: Project) -> None:
    """Ask for a file, show its first rows, and read it."""
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
