"""How the next cards are chosen: the shares, what each gave, and what random answers tell."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from curation.project import Project, Review, change_settings, open_project
from curation.review.estimates import Estimate, hint
from curation.review.mixing import BY_KIND, shares_of
from curation.review.strategies import STRATEGIES
from curation.types import Split, TaskKind
from studio import frame, loop, state
from studio.components import scores

ALWAYS = {"findings": "Findings", "refused": "Refused suggestions", "rest": "The rest"}
"""What comes without a share: before the others, or when they have nothing more."""


@frame.in_words()
def render(project: Project, split: Split) -> None:
    """Draw what random answers tell so far, how cards are chosen, and the guidelines."""
    if split is Split.TRAIN:
        _estimates(project)
        with st.expander("How cards are chosen", icon=":material/tune:"):
            _mix(project)
    with st.expander("Guidelines", icon=":material/menu_book:"):
        _guidelines(project)


def _estimates(project: Project) -> None:
    """Draw how right the labels are, and whether more random cards would tell more."""
    for estimate in loop.estimate_labels(project):
        if estimate.n or project.task.classifies:
            _estimate(project, estimate)


def _estimate(project: Project, estimate: Estimate) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"{estimate.whose}: accuracy {scores.whole(estimate.score)}")
        advice = hint(estimate, project.settings.task.criterion.minimum_gain)
        if advice is not None:
            done = not advice.more
            st.badge(
                advice.sentence,
                icon=":material/check:" if done else ":material/casino:",
                color="green" if done else "gray",
            )


@st.fragment
@frame.in_words()
def _mix(project: Project) -> None:
    review = project.settings.review
    mix = loop.mix_of(project, reviewer=state.reviewer())
    parts = _shares(project.task.kind, mix.shares, mix.gave, mix.silent)
    others = [f"{ALWAYS[name]}: {mix.gave[name]}" for name in ALWAYS if mix.gave.get(name)]
    if others:
        st.caption(f"Without a share, this round: {', '.join(others)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.number_input("Cards in a round", 10, 1_000, review.round, 10, width=160)
        verify = st.number_input(
            "Ask yes or no from", 50, 101, round(100 * review.verify_from), width=160,
            help="Suggestions at least so probable, in %, are asked as a yes-or-no question;"
            " 101: none is.",
        )  # fmt: skip
        st.space("stretch")
        total = sum(parts.values())
        note = f"Shares add up to {total} %" + ("" if total == 100 else ", and are scaled to 100 %")
        st.caption(note if total else "One share must be more than 0 %", width="content")
        if st.button("Save and draw a round", icon=":material/casino:", disabled=not total):
            _save(project, {"shares": parts, "round": int(size), "verify_from": verify / 100})


def _shares(
    kind: TaskKind, shares: Mapping[str, float], gave: Mapping[str, int], silent: Mapping[str, str]
) -> dict[str, int]:
    """Draw a row a strategy; return the parts that were set, in per cent."""
    parts = {}
    known = {**dict.fromkeys(BY_KIND[kind]), **dict.fromkeys(shares)}
    for name in known:
        strategy, given = STRATEGIES[name], gave.get(name, 0)
        share, words = st.columns([1, 4], vertical_alignment="center")
        value = round(100 * shares.get(name, 0.0))
        parts[name] = int(
            share.number_input(
                f"{strategy.title}, %", 0, 100, value, 5,
                key=f"share_{name}", label_visibility="collapsed",
            )
        )  # fmt: skip
        with words.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(strategy.title, help=strategy.help, width="content")
            said = silent.get(name) or (f"{given} cards of this round" if given else "")
            st.caption(said, width="content")
    return parts


def _save(project: Project, changes: Mapping[str, object]) -> None:
    """Keep how cards are chosen, and draw a round that way."""
    settings = open_project(project.folder).settings  # another tab may have changed others
    parts = shares_of(settings.task.kind, dict(changes["shares"]))  # type: ignore[call-overload]
    review = Review.model_validate(settings.review.model_dump() | {**changes, "shares": parts})
    changed = change_settings(project, settings.model_copy(update={"review": review}))
    drew = loop.draw_round(changed, reviewer=state.reviewer())
    state.flash("A new round is drawn" if drew else "Saved; there is nothing more to ask")
    st.rerun()


@st.fragment
@frame.in_words()
def _guidelines(project: Project) -> None:
    kept = loop.read_guidelines(project)
    told = st.text_area(
        "What reviewers go by",
        kept,
        height=240,
        placeholder="When is it a refund, when a return? One line a rule, with an example.",
        help="Shown beside every text, and in Label Studio.",
    )
    if st.button("Save the guidelines", icon=":material/save:", disabled=told == kept):
        loop.write_guidelines(project, told)
        state.flash("Guidelines saved")
        st.rerun()
