"""Which examples wait in Label Studio: what is worth asking there, and what is settled here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from curation.project import Project
from curation.review.label_studio.sync import PushState
from curation.review.queue import QueueItem, asked_by
from curation.types import Annotation, Split, TaskKind
from curation.words import is_answer, standing_words
from studio.stations.desk import desk_of
from studio.stations.labels import vote
from studio.stations.responses import compare_cards, draft_for, responses_to
from studio.stations.review import front_of_queue

ANYBODY = "anybody in Label Studio"
"""Who is asked: nobody knows before who will take a task there."""


def wanted(
    project: Project, state: PushState, *, number: int, split: Split, compare: bool = False
) -> list[QueueItem]:
    """Return the cards to wait there: those that do, and new ones until they are `number`.

    Parameters
    ----------
    project : Project
    state : PushState
        What is there now.
    number : int
    split : Split
        Whose examples; those of other splits wait besides.
    compare : bool
        Pairs of responses to choose between, instead of what is answered one by one.

    Raises
    ------
    LeakageError
        If responses to the exam are to be compared.
    """
    answered = {known.task for known in state.heard.values()}
    open_ = [name for name, task in state.tasks.items() if task not in answered]
    waiting = sum(e.split is split for e in project.store.examples(ids=open_))
    cards = front(project, split, max(number, waiting), compare=compare)
    new = [card.example.id for card in cards if card.example.id not in state.tasks]
    chosen = state.tasks.keys() | set(new[: max(number - waiting, 0)])
    return [card for card in cards if card.example.id in chosen]


def front(project: Project, split: Split, number: int, *, compare: bool) -> list[QueueItem]:
    """Return a split's queue, `number` cards or more, with suggestions where they may lead."""
    if compare:
        return list(compare_cards(project, split, ANYBODY))
    if split is Split.TRAIN and project.task.classifies:
        vote(project)
    found = front_of_queue(project, split=split, number=number)
    cards = [card for card in found if not card.candidates]
    if split is not Split.TRAIN or project.task.kind is not TaskKind.GENERATE:
        return cards
    responses = responses_to(project, [card.example for card in cards])
    return [replace(c, suggestion=draft_for(c, responses[c.example.id])) for c in cards]


def settled(project: Project, state: PushState) -> list[str]:
    """Return the examples with a task there that need no more answers, whoever gave them."""
    if state.compare:
        splits = (Split.TRAIN, Split.VALIDATION)
        open_ = {c.example.id for s in splits for c in compare_cards(project, s, ANYBODY)}
        return [name for name in state.tasks if name not in open_]
    standing = standing_words(project.store.annotations())
    asked = asked_by(project.store.findings(), standing)
    people = project.settings.review.people
    anew = asked.keys() | _asked_anew(project)
    waiting = (name for name in state.tasks if name not in anew)
    return [name for name in waiting if _is_settled(standing.get(name, ()), people)]


def _asked_anew(project: Project) -> set[str]:
    """Return what the queue asks a second time: that it was answered before settles nothing."""
    desk = desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        desk.ledger.take(project.store.rounds())
        cards = (card for split in Split for card in desk.ledger.open_cards(split))
        return {card.drawn.example_id for card in cards if card.anew}


def _is_settled(said: Sequence[Annotation], people: int) -> bool:
    """Return whether an example needs no more answers, by its standing words."""
    if any(word.action in ("decide", "exclude") for word in said):
        return True
    return sum(is_answer(word) for word in said) >= people
