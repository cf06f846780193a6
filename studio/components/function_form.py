"""A labeling function built by choosing; what comes of it is a line of Python like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from curation.project import Project
from labeling_functions.conditions import Condition
from labeling_functions.source import identifier, render_python
from studio import loop
from studio.components import condition_form

FAMILIES = (
    "Condition",
    "Similar texts",
    "Nearest gold",
    "A run's answers",
    "Ask a model",
    "Python",
)
LISTS = (".txt", ".csv")


def draw(project: Project, columns: Sequence[str], sent: Mapping[str, str], *, key: str) -> str:
    """Draw the form and return the function's Python, empty while it is not whole.

    Parameters
    ----------
    project : Project
    columns : sequence of str
        The metadata columns there are.
    sent : mapping
        May name the `label` to vote for, and `words` to begin with.
    key : str

    Raises
    ------
    FunctionError
        What was chosen is no function; it says why.
    """
    family = st.pills(
        "Family", FAMILIES, default="Condition", key=f"{key}_family", label_visibility="collapsed"
    )
    makers: dict[str, Callable[[str], str]] = {
        "Similar texts": lambda k: _similar(project, k),
        "Nearest gold": _nearest_gold,
        "A run's answers": lambda k: _predictions(project, k),
        "Ask a model": lambda k: _prompted(project, k),
        "Python": lambda k: _python(project, sent, k),
    }
    maker = makers.get(family or "")
    return maker(key) if maker else _condition(project, columns, sent, key)


def _condition(project: Project, columns: Sequence[str], sent: Mapping[str, str], key: str) -> str:
    label, not_ = _label(project, sent, key)
    lists = sorted(p.name for p in project.functions.glob("*") if p.suffix in LISTS)
    held = condition_form.draw(
        key=f"{key}_when", columns=columns, lists=lists, start=sent.get("words", "")
    )
    with st.expander("Only within a slice of the examples"):
        scope = condition_form.draw(key=f"{key}_scope", columns=columns, lists=lists)
    name = _name(key, f"not_{label}" if not_ else f"asks_{label}")
    if held is None:
        return ""
    told = f"not_({_text(label)})" if not_ else _text(label)
    return render_condition(name, told, held, scope)


def render_condition(name: str, label: str, held: Condition, scope: Condition | None = None) -> str:
    """Return the line of a function that votes where a condition holds.

    Parameters
    ----------
    name : str
    label : str
        As Python: a string, or `not_` of one.
    held, scope : Condition

    Examples
    --------
    >>> from labeling_functions import words
    >>> print(render_condition("late", '"delivery"', words("late", "delayed")), end="")
    late = keywords("late", "delivery", ["late", "delayed"])
    """
    within = f", scope={scope.code()}" if scope else ""
    data = held.data
    if data.keys() == {"kind", "words"}:
        listed = ", ".join(map(_text, data["words"]))
        return f"{name} = keywords({_text(name)}, {label}, [{listed}]{within})\n"
    return f"{name} = when({_text(name)}, {label}, {held.code()}{within})\n"


def _label(project: Project, sent: Mapping[str, str], key: str) -> tuple[str, bool]:
    labels = project.task.labels
    wanted = sent.get("label", "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = labels.index(wanted) if wanted in labels else 0
        label = st.selectbox("Votes for", labels, index=place, key=f"{key}_label")
        not_ = st.toggle("Against it", key=f"{key}_not", help="Votes: not this label.")
    return label, not_


def _name(key: str, proposed: str) -> str:
    typed = st.text_input("Name", placeholder=identifier(proposed), key=f"{key}_name", live=True)
    return identifier(typed or proposed)


def _similar(project: Project, key: str) -> str:
    label, not_ = _label(project, {}, key)
    typed = st.text_area(
        "Texts that should get it, one a line",
        height=130,
        key=f"{key}_texts",
        placeholder="When do you open?\nAre you open on Sundays?",
    )
    least = st.slider("Least similarity", 0.2, 0.95, 0.6, 0.05, key=f"{key}_least")
    name = _name(key, f"like_{label}")
    texts = [line.strip() for line in typed.splitlines() if line.strip()]
    if not texts:
        return ""
    told = f"not_({_text(label)})" if not_ else _text(label)
    listed = "".join(f"    {_text(one)},\n" for one in texts)
    return f"{name} = similar({_text(name)}, {told}, [\n{listed}], at_least={least:g})\n"


def _nearest_gold(key: str) -> str:
    k = st.slider("Nearest gold rows asked", 1, 25, 5, key=f"{key}_k")
    least = st.slider("Least similarity", 0.2, 0.95, 0.5, 0.05, key=f"{key}_gold_least")
    name = _name(key, "like_gold")
    return f"{name} = nearest_gold({_text(name)}, k={k}, at_least={least:g})\n"


def _predictions(project: Project, key: str) -> str:
    runs = [run.spec.id for run in loop.list_runs(project)]
    if not runs:
        st.caption("No run has ended yet. Train one first; its answers can then vote.")
        return ""
    run = st.selectbox("Run", runs, key=f"{key}_run")
    least = st.slider("Least confidence", 0.5, 0.99, 0.8, 0.01, key=f"{key}_sure")
    name = _name(key, "past_run")
    return f"{name} = predictions({_text(name)}, run={_text(run)}, at_least={least:g})\n"


def _prompted(project: Project, key: str) -> str:
    listed = ", ".join(project.task.labels)
    prompt = st.text_area(
        "What is asked; {text} is the example",
        f"Which one of these fits the message: {listed}?\n\nMessage: {{text}}\n\nAnswer with one.",
        height=150,
        key=f"{key}_prompt",
    )
    name = _name(key, "asked_a_model")
    if "{text}" not in prompt:
        st.caption("The prompt must say {text} where the example goes.")
        return ""
    answers = ", ".join(f"{_text(label)}: {_text(label)}" for label in project.task.labels)
    return (
        f"{name} = prompted(\n    {_text(name)},\n    prompt={_text(prompt)},\n"
        f"    answers={{{answers}}},\n)\n"
    )


def _python(project: Project, sent: Mapping[str, str], key: str) -> str:
    label, _ = _label(project, sent, key)
    return render_python(_name(key, f"asks_{label}"), label, sent.get("texts", ""))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)
