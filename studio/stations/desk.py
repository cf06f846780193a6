"""A project's review as this process knows it: what was asked, what was said, what is thought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from threading import Lock, RLock

from curation.columns import columns_of
from curation.findings import still_open
from curation.project import SETTINGS, Project
from curation.review.evidence import Evidence
from curation.review.ledger import FINDINGS, Asked, Ledger
from curation.review.mixing import mix, shares_of
from curation.review.queue import QueueItem, asked_by, draw_held_out
from curation.review.strategies import STRATEGIES
from curation.types import Drawn, Finding, Round, Split, TaskKind
from studio.stations.evidence import Opinions, gather, read_opinions
from studio.stations.responses import compare_cards

MOST_DESKS = 4
"""Projects whose desks are kept."""
BEFORE_ALL = (-(10**9), 0)
"""The place of what a finding asks: before every round."""


class Desk:
    """What a queue is made from, read once and then only what is new.

    Attributes
    ----------
    lock : RLock
        Held by whoever uses the desk: several sessions share it.
    ledger : Ledger
    """

    def __init__(self, people: int) -> None:
        self.lock = RLock()
        self.ledger = Ledger(people)
        self._opinions: Opinions | None = None
        self._compared: dict[str, dict[str, QueueItem]] = {}
        self._splits: dict[str, Split] = {}
        self._counted: set[str] = set()
        self._answered: Counter[Split] = Counter()
        self._sizes: tuple[tuple[int, str], dict[Split, int]] | None = None
        self._findings: tuple[Finding, ...] = ()
        self._asked_for: dict[str, Asked] = {}

    def catch_up(self, project: Project) -> None:
        """Read what was said, and what findings were opened or closed, since the last time."""
        touched = self.ledger.hear(*project.store.annotations_after(self.ledger.heard))
        self._count(project, touched)
        every = still_open(project.store.findings())
        findings = tuple(finding for finding in every if finding.action == "review")
        about = {id_ for finding in findings for id_ in finding.example_ids}
        if findings != self._findings or touched & about:
            self._findings = findings
            standing = {id_: self.ledger.words.standing(id_) for id_ in about}
            self._ask_for(project, asked_by(findings, standing))

    def _count(self, project: Project, touched: set[str]) -> None:
        self._place(project, touched)
        for id_ in touched:
            before, after = id_ in self._counted, id_ in self.ledger.answered
            if before != after:
                (self._counted.add if after else self._counted.discard)(id_)
                self._answered[self._splits[id_]] += 1 if after else -1

    def _place(self, project: Project, ids: Iterable[str]) -> None:
        """Remember which split some examples are of."""
        new = [id_ for id_ in ids if id_ not in self._splits]
        if not new:
            return
        seen = columns_of(project.store, project.columns)
        rows = seen.corpus.ids.places(new)
        splits = seen.facts["split"].gather(rows.clip(0)).to_list() if len(seen.corpus) else []
        for id_, row, split in zip(new, rows.tolist(), splits or [""] * len(new), strict=True):
            self._splits[id_] = Split(split) if row >= 0 else Split.TEST

    def _ask_for(self, project: Project, asked: dict[str, str]) -> None:
        since = {id_: one.created_at for one in self._findings for id_ in one.example_ids}
        self._place(project, asked)
        self._asked_for = {
            id_: Asked(
                Drawn(
                    example_id=id_,
                    strategy=FINDINGS,
                    reason=self._finding_reason(id_, title, project.settings.review.people),
                ),
                self._splits[id_],
                since[id_],
                BEFORE_ALL,
                anew=True,
            )
            for id_, title in asked.items()
        }

    def _finding_reason(self, id_: str, title: str, people: int) -> str:
        held_out = self._splits[id_] is not Split.TRAIN
        answered = people > 1 and id_ in self.ledger.answered
        # Its title may name the answer: the exam's, or another person's.
        return "A finding asks for a second look" if held_out or answered else f"Finding: {title}"

    def answered(self, split: Split) -> int:
        """Return how many examples of a split people answered."""
        return self._answered[split]

    def size(self, project: Project, split: Split) -> int:
        """Return how many examples a split has; they are counted when some came."""
        last = project.store.last_example()
        if self._sizes is None or self._sizes[0] != last:
            self._sizes = last, project.store.count_examples()
        return self._sizes[1][split]

    def findings_asking(self) -> set[str]:
        """Return the examples that open findings still want somebody to look at."""
        return set(self._asked_for)

    def wanted(self, split: Split, reviewer: str | None) -> list[Asked]:
        """Return the cards a reviewer may be asked, or anybody: findings first, newest rounds."""
        first = [asked for asked in self._asked_for.values() if asked.split is split]
        if reviewer is None:
            rest = self.ledger.open_cards(split)
        else:
            rest = self.ledger.waiting_for(reviewer, split)
        return first + [asked for asked in rest if asked.drawn.example_id not in self._asked_for]

    # Rounds

    def draw(self, project: Project, split: Split, reviewer: str, size: int) -> bool:
        """Draw a round and keep it, or take in one that somebody else drew meanwhile.

        Returns
        -------
        bool
            Whether there is anything new to ask.
        """
        before = len(self.wanted(split, reviewer))
        self.ledger.take(project.store.rounds())
        if len(self.wanted(split, reviewer)) > before:
            return True
        if split is Split.TRAIN and self._opinions is not None:
            evidence = self._evidence(project, split, reviewer)
            if _is_spent(evidence):
                return False
        self._opinions = read_opinions(project) if split is Split.TRAIN else self._opinions
        self._compared.clear()
        evidence = self._evidence(project, split, reviewer)
        shares = shares_of(project.task.kind, project.settings.review.shares)
        train = split is Split.TRAIN
        mixed = mix(evidence, shares, size) if train else draw_held_out(evidence, split, size)
        if mixed.cards:
            kept = Round(split=split, cards=mixed.cards, shares=shares if train else {})
            project.store.add_round(kept)
            self.ledger.take(project.store.rounds())
        return bool(mixed.cards)

    def silent(self, project: Project, reviewer: str) -> dict[str, str]:
        """Return the strategies that have nothing to go by, and why."""
        evidence = self._evidence(project, Split.TRAIN, reviewer)
        found = {name: STRATEGIES[name].silent(evidence) for name in STRATEGIES}
        return {name: why for name, why in found.items() if why}

    def _evidence(self, project: Project, split: Split, reviewer: str) -> Evidence:
        opinions = self.opinions(project) if split is Split.TRAIN else Opinions()
        pairs = self.compared(project, reviewer) if split is Split.TRAIN else ()
        return gather(project, self.ledger, split, reviewer, opinions, pairs)

    # What is thought

    def opinions(self, project: Project) -> Opinions:
        """Return what is thought of the training rows, as of the round."""
        if self._opinions is None:
            self._opinions = read_opinions(project)
        return self._opinions

    def compared(self, project: Project, reviewer: str) -> dict[str, QueueItem]:
        """Return the comparisons a reviewer may be asked, by example, as of the round."""
        if project.task.kind is not TaskKind.GENERATE:
            return {}
        if reviewer not in self._compared:
            cards = compare_cards(project, Split.TRAIN, reviewer)
            self._compared[reviewer] = {card.example.id: card for card in cards}
        return self._compared[reviewer]


def _is_spent(evidence: Evidence) -> bool:
    issues = any(id_ not in evidence.checked for id_ in evidence.issues)
    return not (evidence.waiting.any() or len(evidence.pairs) or issues)


_desks: dict[Path, tuple[tuple[int, int], Desk]] = {}
_lock = Lock()


def desk_of(project: Project) -> Desk:
    """Return the desk of a project, anew where its settings changed or it was made anew."""
    made = (project.folder / SETTINGS).stat().st_mtime_ns, project.settings.review.people
    with _lock:
        known = _desks.get(project.folder)
        if known is None or known[0] != made:
            _desks.pop(project.folder, None)
            if len(_desks) >= MOST_DESKS:
                del _desks[next(iter(_desks))]
            desk = Desk(project.settings.review.people)
            desk.ledger.take(project.store.rounds())
            _desks[project.folder] = (made, desk)
        return _desks[project.folder][1]
