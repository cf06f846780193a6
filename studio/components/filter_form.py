"""The form that adds one part to a filter: what is asked about, and how."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from curation.datasets import versions
from curation.findings import still_open
from curation.project import Project
from studio.components import text
from studio.stations.browsing import ABSTAINS, NOBODY, SPLITS, WORDS, Facts, Part

MOST_CHOICES = 200
"""Different values of a column beyond which one is typed, not chosen."""
Answer = dict[str, object] | None


def draw(project: Project, facts: Facts) -> Part | None:
    """Ask for a part; return it when its button is pressed."""
    asks = _offered(project, facts)
    kind = st.selectbox("What", list(asks), key="filter_kind", format_func=lambda k: TITLES[k])
    with st.container(key="filter_value"):
        said = asks[kind](project, facts)
    negated = st.toggle("Not", key="filter_not", help="Only rows for which it does not hold.")
    if st.button("Add", key="filter_add", disabled=said is None, type="secondary"):
        return Part.model_validate({"kind": kind, "negated": negated, **(said or {})})
    return None


TITLES = {
    "words": "Words",
    "pattern": "Pattern",
    "length": "Length",
    "label": "Label we go with",
    "word": "On whose word",
    "gold": "Gold label",
    "vote": "Votes of a function",
    "conflict": "Functions in conflict",
    "disagrees": "Function against the aggregate",
    "tied": "Tied votes",
    "confidence": "Confidence",
    "split": "Split",
    "source": "Source",
    "metadata": "Column of the file",
    "reviewed": "Reviewed",
    "excluded": "Excluded",
    "dataset": "Dataset version",
    "finding": "Finding",
}


def _offered(project: Project, facts: Facts) -> dict[str, Callable[[Project, Facts], Answer]]:
    """Return the questions that make sense in this project, in the order people ask them."""
    asks: dict[str, Callable[[Project, Facts], Answer]] = {"words": _words, "pattern": _pattern}
    if facts.labels:
        asks |= {"label": _labels("label"), "gold": _labels("gold"), "word": _word}
    if facts.opinions is not None:
        asks |= {
            "vote": _vote,
            "conflict": _conflict,
            "disagrees": _function,
            "tied": _nothing,
            "confidence": _confidence,
        }
    asks |= {"split": _split, "source": _source, "length": _length}
    if facts.shelf.metadata_columns:
        asks["metadata"] = _metadata
    asks |= {"reviewed": _reviewed, "excluded": _nothing}
    if versions(project.datasets):
        asks["dataset"] = _dataset
    if still_open(project.store.findings()):
        asks["finding"] = _finding
    return asks


def _words(_: Project, __: Facts) -> Answer:
    typed = st.text_input("Any of, by comma", placeholder="refund, money back", key="f_words")
    values = tuple(word.strip() for word in typed.split(",") if word.strip())
    return {"values": values} if values else None


def _pattern(_: Project, __: Facts) -> Answer:
    typed = st.text_input("Regular expression", placeholder=r"order\s*#?\d+", key="f_pattern")
    return {"values": (typed,)} if typed else None


def _labels(kind: str) -> Callable[[Project, Facts], Answer]:
    def ask(_: Project, facts: Facts) -> Answer:
        chosen = st.multiselect("Any of", facts.labels, key=f"f_{kind}", placeholder="any label")
        return {"values": tuple(chosen)}

    return ask


def _word(_: Project, __: Facts) -> Answer:
    words = [*(word.value for word in WORDS), NOBODY]
    chosen = st.multiselect("Any of", words, key="f_word", placeholder="anybody's")
    return {"values": tuple(chosen)}


def _vote(_: Project, facts: Facts) -> Answer:
    function = _chosen_function(facts)
    votes = [*facts.labels, *(f"not {label}" for label in facts.labels), ABSTAINS]
    chosen = st.multiselect("Says any of", votes, key="f_vote", placeholder="any vote")
    return {"of": function, "values": tuple(chosen)}


def _conflict(_: Project, facts: Facts) -> Answer:
    function = _chosen_function(facts)
    others = [name for name in _functions(facts) if name != function]
    chosen = st.multiselect("With", others, key="f_with", placeholder="any", disabled=not function)
    return {"of": function, "values": tuple(chosen) if function else ()}


def _function(_: Project, facts: Facts) -> Answer:
    return {"of": _chosen_function(facts)}


def _chosen_function(facts: Facts) -> str:
    chosen = st.selectbox(
        "Function", _functions(facts), index=None, key="f_function", placeholder="any function"
    )
    return chosen or ""


def _functions(facts: Facts) -> list[str]:
    opinions = facts.opinions
    return [function.name for function in opinions.votes.functions] if opinions else []


def _nothing(_: Project, __: Facts) -> Answer:
    return {}


def _confidence(_: Project, __: Facts) -> Answer:
    low, high = st.slider("Between", 0.0, 1.0, (0.0, 0.7), 0.05, key="f_confidence")
    return {"low": low, "high": high}


def _split(_: Project, __: Facts) -> Answer:
    chosen = st.multiselect("Any of", [split.value for split in SPLITS], key="f_split")
    return {"values": tuple(chosen)} if chosen else None


def _source(_: Project, facts: Facts) -> Answer:
    chosen = st.multiselect("Any of", list(facts.shelf.sources), key="f_source")
    return {"values": tuple(chosen)} if chosen else None


def _length(_: Project, facts: Facts) -> Answer:
    longest = int(facts.shelf.lengths.max(initial=0))
    with st.container(horizontal=True):
        low = st.number_input("From", 0, longest, 0, key="f_short")
        high = st.number_input("To characters", 0, longest, longest, key="f_long")
    return {"low": float(low), "high": float(high)} if (low, high) != (0, longest) else None


def _metadata(_: Project, facts: Facts) -> Answer:
    column = st.selectbox("Column", facts.shelf.metadata_columns, key="f_column")
    there = sorted(value for value in facts.shelf.metadata(column)[1] if value)
    if len(there) <= MOST_CHOICES:
        chosen = st.multiselect("Any of", there, key="f_values", placeholder="any value")
        return {"of": column, "values": tuple(chosen)}
    typed = st.text_input("Is", key="f_value")
    return {"of": column, "values": (typed,) if typed else ()}


def _reviewed(_: Project, facts: Facts) -> Answer:
    people = sorted({reviewer for _, reviewer in facts.spoken.words.said})
    chosen = st.multiselect("By any of", people, key="f_reviewer", placeholder="anybody")
    return {"values": tuple(chosen)}


def _dataset(project: Project, _: Facts) -> Answer:
    chosen = st.selectbox("Version", reversed(versions(project.datasets)), key="f_dataset")
    return {"values": (chosen,)} if chosen else None


def _finding(project: Project, _: Facts) -> Answer:
    there = {finding.id: finding.title for finding in still_open(project.store.findings())}
    chosen = st.selectbox(
        "Finding", list(there), key="f_finding", format_func=lambda id_: text.plain(there[id_])
    )
    return {"values": (chosen,)} if chosen else None
