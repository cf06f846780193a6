"""A labeling function built by choosing; what comes of it is a line of Python like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from curation.project import Project
from labeling_functions import not_
from labeling_functions.conditions import Condition
from labeling_functions.function import Label
from labeling_functions.source import identifier, render, render_python
from studio import loop
from studio.components import condition_form

FAMILIES = ("Condition", "Similar", "Gold", "Past run", "Model", "Python")
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
        "Similar": lambda k: _similar(project, k),
        "Gold": _nearest_gold,
        "Past run": lambda k: _predictions(project, k),
        "Model": lambda k: _prompted(project, k),
        "Python": lambda k: _python(project, sent, k),
    }
    maker = makers.get(family or "")
    return maker(key) if maker else _condition(project, columns, sent, key)


def _condition(project: Project, columns: Sequence[str], sent: Mapping[str, str], key: str) -> str:
    label = _label(project, sent, key)
    lists = sorted(p.name for p in project.functions.glob("*") if p.suffix in LISTS)
    held = condition_form.draw(
        key=f"{key}_when", columns=columns, lists=lists, start=sent.get("words", "")
    )
    with st.expander("Only within a slice of the examples"):
        scope = condition_form.draw(key=f"{key}_scope", columns=columns, lists=lists)
    name = _name(key, _proposed(label))
    return "" if held is None else written(name, label, held, scope)


def _proposed(label: Label) -> str:
    return f"asks_{label}" if isinstance(label, str) else f"not_{label.label}"


def written(name: str, label: Label, held: Condition, scope: Condition | None = None) -> str:
    """Return the line of a function that votes where a condition holds.

    Examples
    --------
    >>> from labeling_functions import words
    >>> print(written("late", "delivery", words("late", "delayed")), end="")
    late = keywords("late", "delivery", ["late", "delayed"])
    """
    data = held.data
    if data.keys() == {"kind", "words"}:
        return render("keywords", name, label, words=data["words"], scope=scope)
    return render("when", name, label, condition=held, scope=scope)


def _label(project: Project, sent: Mapping[str, str], key: str) -> Label:
    labels = project.task.labels
    wanted = sent.get("label", "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = labels.index(wanted) if wanted in labels else 0
        label = st.selectbox("Votes for", labels, index=place, key=f"{key}_label")
        against = st.toggle("Against it", key=f"{key}_not", help="Votes: not this label.")
    return not_(label) if against else label


def _name(key: str, proposed: str) -> str:
    typed = st.text_input("Name", placeholder=identifier(proposed), key=f"{key}_name", live=True)
    return identifier(typed or proposed)


def _similar(project: Project, key: str) -> str:
    label = _label(project, {}, key)
    typed = st.text_area(
        "Texts that should get it, one a line",
        height=130,
        key=f"{key}_texts",
        placeholder="When do you open?\nAre you open on Sundays?",
    )
    least = st.slider("Least similarity", 0.2, 0.95, 0.6, 0.05, key=f"{key}_least")
    name = _name(key, f"like_{label if isinstance(label, str) else label.label}")
    texts = [line.strip() for line in typed.splitlines() if line.strip()]
    return render("similar", name, label, examples=texts, at_least=least) if texts else ""


def _nearest_gold(key: str) -> str:
    k = st.slider("Nearest gold rows asked", 1, 25, 5, key=f"{key}_k")
    least = st.slider("Least similarity", 0.2, 0.95, 0.5, 0.05, key=f"{key}_gold_least")
    return render("nearest_gold", _name(key, "like_gold"), "", k=k, at_least=least)


def _predictions(project: Project, key: str) -> str:
    runs = [run.spec.id for run in loop.list_runs(project)]
    if not runs:
        st.caption("No run has ended yet. Train one first; its answers can then vote.")
        return ""
    run = st.selectbox("Run", runs, key=f"{key}_run")
    least = st.slider("Least confidence", 0.5, 0.99, 0.8, 0.01, key=f"{key}_sure")
    return render("predictions", _name(key, "past_run"), "", run=run, at_least=least)


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
    answers = {label: label for label in project.task.labels}
    return render("prompted", name, "", prompt=prompt, answers=answers)


def _python(project: Project, sent: Mapping[str, str], key: str) -> str:
    label = _label(project, sent, key)
    plain = label if isinstance(label, str) else label.label
    return render_python(_name(key, _proposed(label)), plain, sent.get("texts", ""))
