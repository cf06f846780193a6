"""The preview: what a function would do, before it is saved, as one types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from curation.project import Project
from curation.statistics import proportion
from curation.types import ABSTAIN, Fault, FunctionInfo, Score, VoteMatrix, Votes
from labeling_functions.analysis.effect import Effect
from labeling_functions.analysis.tally import Rows, contradict, right
from studio import loop, queries
from studio.components import scores, text
from studio.components.rows import Row, Vote, rows
from studio.workbench import reads
from studio.workbench.edits import Subject, Tried, to_try
from studio.workbench.highlights import spans_of
from studio.workbench.opened import vote_of

SHOWN = 40


@dataclass(frozen=True)
class Shown:
    """A trial's one function, on rows of the corpus.

    Attributes
    ----------
    function : FunctionInfo
    rows : int array, shape (n,)
        Where the rows it was tried on stand in the corpus.
    votes : int array, shape (n,)
    gold : mapping of example id to label
    """

    function: FunctionInfo
    rows: Rows
    votes: Votes
    answers: Rows

    @property
    def judged(self) -> Rows:
        """Which rows it votes on have gold."""
        return np.flatnonzero((self.votes != ABSTAIN) & (self.answers >= 0))

    @property
    def wrong(self) -> Rows:
        """Which of them it gets wrong."""
        here = self.judged
        return here[~right(self.votes[here], self.answers[here])]


@st.cache_resource(max_entries=64, show_spinner=False)
def _tried(
    state: tuple[str, int, str, int],  # noqa: ARG001 - the key
    code: str,
    everything: bool,
    _project: Project,
    _votes: VoteMatrix | None,
) -> loop.Trial:
    return loop.try_function(_project, code, current=_votes, everything=everything)


def trial(
    project: Project, tried: Tried, votes: VoteMatrix | None, *, everything: bool = False
) -> loop.Trial:
    """Return what code does, kept for a while: the page draws more often than the code changes."""
    return _tried(reads.state_of(project), tried.code, everything, project, votes)


def code_to_try(project: Project, subject: Subject, typed: str) -> Tried:
    """Return the code that tries what is typed."""
    folder = project.functions
    text_ = (
        (folder / subject.file).read_text("utf-8", "replace") if _is_there(project, subject) else ""
    )
    return to_try(subject, typed, text_, queries.catalog(project).functions)


def _is_there(project: Project, subject: Subject) -> bool:
    return (project.functions / subject.file).is_file()


def draw(
    project: Project, tried: loop.Trial, code: Tried, votes: VoteMatrix | None, *, key: str
) -> None:
    """Draw the preview: numbers that open their rows, and the rows."""
    faults, functions = tried.matrix.faults, tried.matrix.functions
    if not functions:
        _faults(faults, code)
        if not faults:
            st.caption("Nothing to try yet: write a function, and its votes appear here.")
        return
    names = [function.name for function in functions]
    column = 0
    if len(names) > 1:
        column = names.index(st.selectbox("Preview of", names, key=f"{key}_which"))
    shown = _shown(project, tried, column)
    _sentence(tried, shown, column)
    _faults([f for f in faults if f.function == names[column] or f.example_id is None], code)
    if len(np.flatnonzero(shown.votes != ABSTAIN)):
        _rows(project, tried, shown, votes, key)


def _shown(project: Project, tried: loop.Trial, column: int) -> Shown:
    matrix, gold = tried.matrix, queries.gold(project)
    ids = matrix.example_ids
    places = {label: place for place, label in enumerate(matrix.labels)}
    voted = np.flatnonzero(matrix.votes[:, column] != ABSTAIN)
    answers = np.full(len(ids), -1, dtype=np.intp)
    for row in voted.tolist():
        answer = gold.get(ids[row])
        if answer is not None:
            answers[row] = places.get(answer, len(places))
    where = loop.columns(project).corpus.ids
    everywhere = len(ids) == len(where)
    rows_ = np.arange(len(ids)) if everywhere else where.places(ids)
    return Shown(matrix.functions[column], rows_, matrix.votes[:, column], answers)


def precision(shown: Shown) -> Score:
    """Return how often it is right on gold, so far as it was tried."""
    n = len(shown.judged)
    return proportion("precision", n - len(shown.wrong), n, "it votes on no gold row")


def _sentence(tried: loop.Trial, shown: Shown, column: int) -> None:
    """Say what it does, and what saving it would change."""
    n, voted = len(shown.votes), int((shown.votes != ABSTAIN).sum())
    sample = "" if n == tried.rows else f" in a sample of {n:,}"
    share = f" ({voted / n:.1%})" if n else ""
    parts = [
        f"**{voted:,}** of {n:,} rows{share}" if not sample else f"**{voted:,}**{share}{sample}",
        _so_far(precision(shown)),
    ]
    if tried.effects:
        parts += _effect(tried.effects[column])
    st.markdown(" · ".join(parts).replace(" = ", "\u00a0=\u00a0"))


def _so_far(score: Score) -> str:
    told = text.plain(scores.interval(score))
    if score.value is None:
        return f"precision {told}"
    return f"precision so far **{scores.short(score)}** ({told})"


def _effect(effect: Effect) -> list[str]:
    """Say what it would change in the votes together."""
    gained = f"**{effect.newly_covered:+,}** covered"
    if effect.no_longer_covered:
        gained += f", {effect.no_longer_covered:,} no longer"
    most = [f"**{n:,}** with {text.plain(name)}" for name, n in effect.conflicts[:2]]
    return [gained, f"conflicts: {', '.join(most)}" if most else "no conflicts"]


def _faults(faults: Sequence[Fault], code: Tried) -> None:
    """Say what is wrong, with the editor's own lines."""
    told = list(dict.fromkeys((fault.line, fault.error) for fault in faults))
    for line, error in told[:3]:
        place = 0 if line is None else code.line_in_editor(line)
        text.block(f"line {place}: {error}" if place >= 1 else error)
    if len(told) > 3:
        st.caption(f"and {len(told) - 3:,} other errors")


def _rows(
    project: Project, tried: loop.Trial, shown: Shown, votes: VoteMatrix | None, key: str
) -> None:
    kinds = _kinds(shown, votes)
    names = [f"{name} {len(found):,}" for name, found in kinds.items()]
    picked = st.pills(
        "Rows", names, default=names[0], key=f"{key}_kind", label_visibility="collapsed"
    )
    place = names.index(picked) if picked in names else 0
    found = list(kinds.values())[place]
    rows(
        _present(project, tried, shown, found[:SHOWN], votes),
        tried.matrix.labels,
        key=f"{key}_rows",
        height=430,
    )
    if len(found) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(found):,}")


def _kinds(shown: Shown, votes: VoteMatrix | None) -> dict[str, Rows]:
    """Return the rows each number of the preview counts, by what they are."""
    voted = np.flatnonzero(shown.votes != ABSTAIN)
    kinds = {"Votes": voted, "Wrong": shown.wrong}
    kinds["Right"] = np.setdiff1d(shown.judged, shown.wrong)
    if votes is None or (len(votes.votes) <= (shown.rows.max() if len(shown.rows) else 0)):
        return kinds
    others = _others(votes, shown)
    theirs = others.votes[shown.rows[voted]]
    kinds["Only it"] = voted[(theirs == ABSTAIN).all(axis=1)]
    against_ = np.zeros(len(voted), dtype=bool)
    for column in range(theirs.shape[1]):
        against_ |= contradict(shown.votes[voted], theirs[:, column])
    kinds["Conflict"] = voted[against_]
    return kinds


def _others(votes: VoteMatrix, shown: Shown) -> VoteMatrix:
    keep = [place for place, f in enumerate(votes.functions) if f.name != shown.function.name]
    return replace(
        votes, functions=tuple(votes.functions[p] for p in keep), votes=votes.votes[:, keep]
    )


def _present(
    project: Project, tried: loop.Trial, shown: Shown, some: Rows, votes: VoteMatrix | None
) -> list[Row]:
    texts = loop.columns(project).corpus.texts[shown.rows[some].astype(np.int64)].to_list()
    gold, ids = queries.gold(project), tried.matrix.example_ids
    hidden = queries.hidden_answers(project, [ids[row] for row in some.tolist()])
    return [
        Row(
            text=text_,
            spans=spans_of(shown.function, text_),
            votes=(
                vote_of(int(shown.votes[row]), tried.matrix.labels),
                *_contradicting(shown, row, votes),
            ),
            gold=None if ids[row] in hidden else gold.get(ids[row]),
        )
        for row, text_ in zip(some.tolist(), texts, strict=True)
    ]


def _contradicting(shown: Shown, row: int, votes: VoteMatrix | None) -> Iterator[Vote]:
    if votes is None or shown.rows[row] >= len(votes.votes):
        return
    theirs = votes.votes[shown.rows[row]]
    mine = np.full(len(theirs), shown.votes[row], dtype=theirs.dtype)
    for column in np.flatnonzero(contradict(mine, theirs)).tolist():
        if votes.functions[column].name != shown.function.name:
            yield vote_of(int(theirs[column]), votes.labels, votes.functions[column].name)
