"""Label by hand: what to ask next, and keeping what people say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curation.findings import answered, still_open
from curation.project import Project
from curation.review.ledger import Asked
from curation.review.mixing import shares_of
from curation.review.queue import Queue, QueueItem
from curation.types import Annotation, Split, now
from studio.stations.cards import cards_of
from studio.stations.desk import Desk, desk_of
from studio.stations.reviewers import whoami

AT_ONCE = 40
"""Cards handed to a browser tab at a time."""


def review_queue(
    project: Project,
    *,
    reviewer: str = "",
    tab: str = "",
    split: Split = Split.TRAIN,
    number: int = AT_ONCE,
) -> Queue:
    """Hand a reviewer what to look at next in a split; draw a round when little is left.

    What open findings ask for comes first, then the newest round. Two reviewers are not handed
    the same example, unless the project wants several answers to it.

    Parameters
    ----------
    reviewer : str
        Who asks; the user of this computer where nobody is named.
    tab : str
        Tells a reviewer's browser tabs apart.
    number : int
        The most cards; a round is drawn when fewer than half as many are left.
    """
    who, desk = reviewer or whoami(), desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        handed, first = _hand_out(project, desk, split, who, tab, number), desk.ledger.newest(split)
        size = _size(project, number)
        while len(handed) < (number + 1) // 2 and desk.draw(project, split, who, size):
            handed = _hand_out(project, desk, split, who, tab, number)
        done, total = desk.ledger.progress(split, who)
        return Queue(
            cards=cards_of(project, desk, handed, who),
            round_done=done,
            round_total=total,
            done=desk.answered(split),
            total=desk.size(project, split),
            today=desk.ledger.answers_on(now().date(), who),
            pace=desk.ledger.pace(who),
            round_ended=first is not None and desk.ledger.newest(split) is not first,
        )


def front_of_queue(
    project: Project, *, split: Split = Split.TRAIN, number: int = AT_ONCE
) -> tuple[QueueItem, ...]:
    """Return all cards that wait for anybody, after drawing until there are `number`.

    Nothing is handed out: this is for looking, and for doors that know no reviewer.
    """
    desk = desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        size = _size(project, number)
        while len(desk.wanted(split, None)) < number and desk.draw(project, split, "", size):
            pass
        return cards_of(project, desk, desk.wanted(split, None), "")


def draw_round(project: Project, *, reviewer: str = "", split: Split = Split.TRAIN) -> bool:
    """Draw a round now, by the shares as they are; return whether there was anything to ask."""
    desk = desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        return desk.draw(project, split, reviewer or whoami(), project.settings.review.round)


def _size(project: Project, number: int) -> int:
    """Return how many cards a round has: as set, or as many as somebody wants at once."""
    return number if number > AT_ONCE else project.settings.review.round


@dataclass(frozen=True)
class Mix:
    """How the newest round of training cards was mixed.

    Attributes
    ----------
    shares : dict of str to float
        By strategy, adding up to one: as they are set now.
    gave : dict of str to int
        Cards of the newest round by what drew them.
    silent : dict of str to str
        Strategies that have nothing to go by now, and why.
    """

    shares: dict[str, float]
    gave: dict[str, int]
    silent: dict[str, str]


def mix_of(project: Project, *, reviewer: str = "") -> Mix:
    """Return how training cards are chosen, and what each strategy gave the newest round."""
    desk = desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        newest = desk.ledger.newest(Split.TRAIN)
        gave = Counter(card.strategy for card in newest.cards) if newest else Counter()
        return Mix(
            shares_of(project.task.kind, project.settings.review.shares),
            dict(gave),
            desk.silent(project, reviewer or whoami()),
        )


def _hand_out(
    project: Project, desk: Desk, split: Split, who: str, tab: str, number: int
) -> list[Asked]:
    """Hand out the first cards that need one more person.

    What is asked anew needs one more than had answered it before.
    """
    wanted = desk.wanted(split, who)
    by_extra: dict[int, list[str]] = {}
    for asked in wanted:
        extra = desk.ledger.already(asked, who)
        by_extra.setdefault(extra, []).append(asked.drawn.example_id)
    people = project.settings.review.people
    mine: set[str] = set()
    for extra, ids in by_extra.items():
        given = project.store.hand_out(who, ids, number=number, people=people + extra, tab=tab)
        mine.update(given)
    return [asked for asked in wanted if asked.drawn.example_id in mine][:number]


def answer(
    project: Project,
    annotations: Iterable[Annotation],
    *,
    link: tuple[str, Mapping[str, object]] | None = None,
) -> int:
    """Keep what people said, and how we left things with where they said it.

    Returns
    -------
    int
        How many decisions were new.
    """
    kept = project.store.add_annotations(annotations, link=link)
    _close_answered_findings(project)
    return kept


def _close_answered_findings(project: Project) -> None:
    findings = still_open(project.store.findings())
    if any(finding.action == "review" for finding in findings):
        desk = desk_of(project)
        with desk.lock:
            desk.catch_up(project)
            done = answered(findings, desk.findings_asking())
        project.store.close_findings((finding.id for finding in done), "reviewed")
