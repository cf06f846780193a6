"""A condition built by choosing: what labeling functions test, one row of fields a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from labeling_functions import (
    all_of,
    any_of,
    length,
    listed,
    matches,
    metadata,
    none_of,
    punctuation,
    words,
)
from labeling_functions.conditions import Condition
from studio import state

JOINS = {"all of these": all_of, "any of these": any_of, "none of these": none_of}
MOST = 8


def draw(
    *, key: str, columns: Sequence[str], lists: Sequence[str], start: str = ""
) -> Condition | None:
    """Draw the form of a condition and return it, or None while it says nothing yet.

    Parameters
    ----------
    key : str
    columns : sequence of str
        The project's metadata columns.
    lists : sequence of str
        The word lists in its functions folder.
    start : str
        Words to begin with.

    Raises
    ------
    FunctionError
        What was chosen is no condition; it says why.
    """
    count = int(str(state.recall(f"{key}_tests", 1)))
    join = "all of these"
    if count > 1:
        join = st.segmented_control(
            "Where",
            list(JOINS),
            default="all of these",
            required=True,
            key=f"{key}_join",
            label_visibility="collapsed",
        )
    found = [
        _test(f"{key}_{place}", columns, lists, start if place == 0 else "")
        for place in range(count)
    ]
    _more_or_fewer(key, count)
    held = [test for test in found if test is not None]
    if not held:
        return None
    return held[0] if len(held) == 1 and join != "none of these" else JOINS[join](*held)


def _more_or_fewer(key: str, count: int) -> None:
    with st.container(horizontal=True, gap="small"):
        for words_, change, icon, possible in (
            ("Another test", 1, "add", count < MOST),
            ("Drop the last", -1, "remove", count > 1),
        ):
            if possible:
                st.button(
                    words_,
                    key=f"{key}_{icon}",
                    type="tertiary",
                    icon=f":material/{icon}:",
                    on_click=state.remember,
                    args=(f"{key}_tests", count + change),
                )


def _test(key: str, columns: Sequence[str], lists: Sequence[str], start: str) -> Condition | None:
    kinds: dict[str, Callable[[], Condition | None]] = {
        "Has the words": lambda: _words(key, start),
        "Matches": lambda: _pattern(key),
        "Length": lambda: _length(key),
        "Punctuation": lambda: _punctuation(key),
    }
    if columns:
        kinds["Column"] = lambda: _column(key, columns)
    if lists:
        kinds["In a list"] = lambda: _list(key, lists)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = st.selectbox(
            "Test", list(kinds), key=f"{key}_kind", width=150, label_visibility="collapsed"
        )
        return kinds[kind]()


def _words(key: str, start: str) -> Condition | None:
    typed = st.text_input(
        "Words, by comma",
        start,
        placeholder="refund, money back",
        live=True,
        key=f"{key}_words",
        label_visibility="collapsed",
    )
    wanted = [word.strip() for word in (typed or "").split(",") if word.strip()]
    return words(*wanted) if wanted else None


def _pattern(key: str) -> Condition | None:
    regex = st.text_input(
        "Regular expression",
        placeholder=r"order\s*#?\d+",
        live=True,
        key=f"{key}_regex",
        label_visibility="collapsed",
    )
    return matches(regex) if regex else None


def _length(key: str) -> Condition | None:
    low, high = _bounds(key, whole=True)
    unit = st.selectbox(
        "Unit", ["words", "characters"], key=f"{key}_unit", width=120, label_visibility="collapsed"
    )
    if low is None and high is None:
        return None
    whole = [None if bound is None else int(bound) for bound in (low, high)]
    return length(
        at_least=whole[0], at_most=whole[1], unit="words" if unit == "words" else "characters"
    )


def _punctuation(key: str) -> Condition | None:
    signs = st.text_input(
        "Signs",
        placeholder="!?",
        live=True,
        key=f"{key}_signs",
        width=90,
        label_visibility="collapsed",
    )
    low, high = _bounds(key, whole=True)
    return punctuation(signs, at_least=low, at_most=high) if signs else None


def _bounds(key: str, *, whole: bool) -> tuple[float | None, float | None]:
    step = 1 if whole else 0.1
    asked = {"low": "at least", "high": "at most"}
    low, high = (
        st.number_input(
            words_,
            value=None,
            step=step,
            placeholder=words_,
            key=f"{key}_{name}",
            width=120,
            label_visibility="collapsed",
        )
        for name, words_ in asked.items()
    )
    return low, high


def _column(key: str, columns: Sequence[str]) -> Condition | None:
    column = st.selectbox(
        "Column", columns, key=f"{key}_column", width=140, label_visibility="collapsed"
    )
    how = st.selectbox(
        "How",
        ["is one of", "contains", "between", "is there"],
        key=f"{key}_how",
        width=120,
        label_visibility="collapsed",
    )
    if how == "is there":
        return metadata(column)
    if how == "between":
        low, high = _bounds(key, whole=False)
        return (
            None if low is None and high is None else metadata(column, at_least=low, at_most=high)
        )
    typed = st.text_input(
        "Value",
        placeholder="email, chat",
        live=True,
        key=f"{key}_value",
        label_visibility="collapsed",
    )
    if not typed:
        return None
    if how == "contains":
        return metadata(column, contains=typed)
    return metadata(column, *(value.strip() for value in typed.split(",") if value.strip()))


def _list(key: str, lists: Sequence[str]) -> Condition | None:
    return listed(st.selectbox("List", lists, key=f"{key}_list", label_visibility="collapsed"))
