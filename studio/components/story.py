"""One example's story: its text with what matched, who said what, and the rows like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from curation.exceptions import SpanError
from curation.people.audit import HELD_BACK, Line
from curation.people.blinding import visible_to
from curation.project import Project
from curation.spans import read_spans, spans_in_words
from curation.types import Example, Split, TaskKind
from labeling_functions.conditions import condition_from
from studio import loop, state
from studio.components import filter_bar, rows
from studio.stations.browsing import TEXTUAL, Facts, Filter, Part, condition_of

LIKE = 30


def draw(project: Project, facts: Facts, example: Example, asked: Filter) -> None:
    """Draw an example. `asked` is what found it: where its text matches is marked."""
    row = int(facts.shelf.rows_of([example.id])[0])
    with st.container(border=True, key="story"):
        hidden = _is_hidden(project, facts, example)
        shown = _shown(project, facts, example, asked, hidden=hidden)
        rows.rows([shown], project.task.labels, key="story_text")
        _answer(facts, row, example, hidden=hidden)
        st.text(f"{example.source}, line {example.line}; {example.split.value}; id {example.id}")
        _said(project, example, hidden=hidden)
        if example.split is not Split.TEST and not loop.missing_embeddings(project):
            _find_similar(project, example)


def _is_hidden(project: Project, facts: Facts, example: Example) -> bool:
    """Return whether others have said what the reader may not know yet."""
    said = facts.spoken.words.standing(example.id)
    return visible_to(state.reviewer(), said, people=project.settings.review.people) != said


def _shown(
    project: Project, facts: Facts, example: Example, asked: Filter, *, hidden: bool
) -> rows.Row:
    row = int(facts.shelf.rows_of([example.id])[0])
    gold = example.reference if example.split is Split.TRAIN else None
    shown = rows.Row(
        text=example.input,
        spans=_spans(asked.parts, example.input),
        votes=_votes(facts, row),
        gold=gold,
    )
    if project.task.kind is not TaskKind.EXTRACT:
        return shown
    said = () if hidden or example.split is Split.TEST else facts.spoken.words.standing(example.id)
    answers = [gold, *(a.answer for a in said if a.action in ("answer", "decide"))]
    return replace(shown, gold=None, marks=_marks(project, example.input, answers[-1] or "[]"))


def _marks(project: Project, shown: str, answer: str) -> tuple[tuple[int, int, str], ...]:
    try:
        spans = read_spans(answer, shown, project.task.labels)
    except SpanError:  # gold of another form; it is told in words below
        return ()
    return tuple((span.start, span.end, span.label) for span in spans)


def _spans(parts: Sequence[Part], shown: str) -> tuple[tuple[int, int], ...]:
    found = [
        span
        for part in parts
        if part.kind in TEXTUAL and not part.negated
        for span in condition_from(condition_of(part)).spans(shown)
    ]
    return tuple(sorted(found))


def _votes(facts: Facts, row: int) -> tuple[rows.Vote, ...]:
    if facts.opinions is None or facts.shelf.exam[row]:
        return ()
    votes = facts.opinions.votes
    return tuple(
        rows.Vote(votes.labels[vote if vote >= 0 else -2 - vote], function.name, against=vote < 0)
        for function, vote in zip(votes.functions, votes.votes[row].tolist(), strict=True)
        if vote != -1
    )


def _answer(facts: Facts, row: int, example: Example, *, hidden: bool) -> None:
    if facts.spoken.excluded[row]:
        st.text("Excluded: it goes into no dataset")
    elif example.split is Split.TEST:
        st.text(f"Its answer is {HELD_BACK} for the exam")
    elif hidden:
        st.text("What others answered shows once you have answered it")
    elif label := facts.label_of(row):
        st.text(f"We go with {label}, on the word of {facts.word_of(row)}")


def _said(project: Project, example: Example, *, hidden: bool) -> None:
    """Draw everything that was said, and what it led to; of a blind reader only their own words."""
    who = state.reviewer()
    lines = list(loop.audit(project, example.id))
    if project.task.kind is TaskKind.EXTRACT:
        lines = [_in_words(line, example.input) for line in lines]
    for line in lines:
        said = line.said
        if not hidden:
            told = f"{line.words} \u2192 {line.after}"
        elif said.reviewer == who or said.via == "file":
            told = line.words
        else:
            continue
        st.text(f"{said.reviewer} via {said.via}, {said.at:%Y-%m-%d %H:%M}: {told}")


def _in_words(line: Line, shown: str) -> Line:
    """Return a line whose spans are named as a person reads them."""
    answer = line.said.answer
    told = None if answer is None else spans_in_words(answer, shown)
    said = line.said.model_copy(update={"answer": told})
    return replace(line, said=said, answer=line.answer and spans_in_words(line.answer, shown))


def _find_similar(project: Project, example: Example) -> None:
    if st.button("Find similar", key="find_similar", icon=":material/join_inner:", shortcut="m"):
        near = loop.nearest(project, [example.id], k=LIKE)
        ids = [example.id, *(one.example_id for one in near)]
        filter_bar.change(Filter(parts=(Part(kind="ids", values=tuple(ids)),)))
