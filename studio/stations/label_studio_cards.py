"""Which examples wait in Label Studio: what is worth asking there, and what is settled here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from curation.project import Project
from curation.review.label_sync import PushState
from curation.review.queue import QueueItem, asked_by
from curation.types import Annotation, Split, TaskKind
from curation.words import is_answer, standing_words
from studio.stations.labels import add_up, vote
from studio.stations.responses import compare_cards, draft_for, responses_to
from studio.stations.review import review_queue

ANYBODY = "anybody in Label Studio"
"""Who is asked: nobody knows before who will take a task there."""


def queue(project: Project, split: Split, *, compare: bool) -> list[QueueItem]:
    """Return the whole queue of a split, with suggestions where they may lead.

    Parameters
    ----------
    project : Project
    split : Split
    compare : bool
        Pairs of responses to choose between, instead of what is answered one by one.

    Raises
    ------
    LeakageError
        If responses to the exam are to be compared.
    """
    if compare:
        return list(compare_cards(project, split, ANYBODY))
    leads = split is Split.TRAIN
    matrix = vote(project) if leads and project.task.classifies else None
    probable = add_up(project, matrix) if matrix else None
    size = sum(project.store.count_examples().values())
    cards = review_queue(project, split=split, matrix=matrix, probable=probable, size=size)
    if leads and project.task.kind is TaskKind.GENERATE:
        return list(_with_drafts(project, cards))
    return list(cards)


def _with_drafts(project: Project, cards: Sequence[QueueItem]) -> Iterator[QueueItem]:
    responses = responses_to(project, [card.example for card in cards])
    for card in cards:
        yield replace(card, suggestion=draft_for(card, responses[card.example.id]))


def wanted(cards: Sequence[QueueItem], there: Collection[str], number: int) -> list[QueueItem]:
    """Return the cards to wait there, in their order: those that do, and new ones up to `number`.

    Examples
    --------
    >>> from curation.types import Example
    >>> cards = [QueueItem(Example(id=id_, input=id_), "") for id_ in "abcd"]
    >>> [card.example.id for card in wanted(cards, {"b", "gone"}, 3)]
    ['a', 'b', 'c']
    """
    waiting = {card.example.id for card in cards if card.example.id in there}
    new = [card.example.id for card in cards if card.example.id not in waiting]
    chosen = waiting.union(new[: max(number - len(waiting), 0)])
    return [card for card in cards if card.example.id in chosen]


def settled(project: Project, state: PushState) -> list[str]:
    """Return the examples with a task there that need no more answers, whoever gave them."""
    if state.compare:
        splits = (Split.TRAIN, Split.VALIDATION)
        open_ = {c.example.id for s in splits for c in compare_cards(project, s, ANYBODY)}
        return [name for name in state.tasks if name not in open_]
    standing = standing_words(project.store.annotations())
    asked = asked_by(project.store.findings(), standing)
    people = project.settings.review.people
    waiting = (name for name in state.tasks if name not in asked)
    return [name for name in waiting if _is_settled(standing.get(name, ()), people)]


def _is_settled(said: Sequence[Annotation], people: int) -> bool:
    """Return whether an example needs no more answers, by its standing words."""
    if any(word.action in ("decide", "exclude") for word in said):
        return True
    return sum(is_answer(word) for word in said) >= people
