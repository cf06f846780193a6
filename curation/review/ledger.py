"""What was asked in rounds and what was said since: which cards still wait, and for whom."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from curation.review.strategies import STRATEGIES
from curation.types import Annotation, Drawn, Round, Split
from curation.words import Words, excluded_by, has_seen, is_answer

FINDINGS = "findings"
"""What an open finding asks for, no matter who answered before; no share limits it."""
RECENT = 20
"""Answers whose median time is a reviewer's pace."""
FEWEST = 3
"""Answers without which nobody has a pace."""


@dataclass(frozen=True)
class Asked:
    """A card of a round.

    Attributes
    ----------
    drawn : Drawn
    split : Split
    at : datetime
        When it was drawn.
    place : tuple of int
        The newest rounds come first, and in each the first card.
    anew : bool
        Whether it is asked although the example may have been answered before.
    """

    drawn: Drawn
    split: Split
    at: datetime
    place: tuple[int, int]
    anew: bool = False


def asks_anew(strategy: str) -> bool:
    """Return whether a strategy asks what may have been answered before."""
    if strategy in STRATEGIES:
        return bool(STRATEGIES[strategy].again)
    return strategy == FINDINGS


class Ledger:
    """What was asked and said; hearing more costs no more than what is new.

    Parameters
    ----------
    people : int
        How many people answer an example.

    Attributes
    ----------
    words : Words
    heard : int
        The place in the record of annotations up to which it knows them.
    answered, closed, refused, checked, gold : set of str
        Examples somebody answered; that need no more answers; of which people only said what they
        are not; whose likely error somebody has looked at; a later file brought the answer to.
    seen : mapping of str to set of str
        By reviewer, the examples they need not be asked again.
    """

    def __init__(self, people: int = 1) -> None:
        self.people = people
        self.words = Words()
        self.heard = 0
        self.answered: set[str] = set()
        self.closed: set[str] = set()
        self.refused: set[str] = set()
        self.checked: set[str] = set()
        self.gold: set[str] = set()
        self.seen: defaultdict[str, set[str]] = defaultdict(set)
        self._voices: defaultdict[str, set[str]] = defaultdict(set)
        self._days: Counter[tuple[str, date]] = Counter()
        self._seconds: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=RECENT))
        self._rounds: list[Round] = []
        self._asked: dict[str, Asked] = {}
        self._live: dict[str, Asked] = {}

    def hear(self, place: int, said: Sequence[Annotation]) -> set[str]:
        """Take in what was said next, up to a place in the record; return what it is about."""
        touched = self.words.hear(said)
        self.heard = place
        for word in said:
            self._voices[word.example_id].add(word.reviewer)
            self._clock(word)
        for id_ in touched:
            self._look_at(id_)
        return touched

    def _clock(self, said: Annotation) -> None:
        if said.via == "file" or said.mode == "bulk":
            return
        if said.action == "answer":
            self._days[said.reviewer, said.at.date()] += 1
            if said.seconds is not None:
                self._seconds[said.reviewer].append(said.seconds)

    def _look_at(self, id_: str) -> None:
        standing = self.words.standing(id_)
        answers = [said for said in standing if is_answer(said)]
        decided = any(said.action == "decide" for said in answers)
        closed = decided or len(answers) >= self.people or bool(excluded_by(standing))
        refused = not answers and any(said.action == "refuse" for said in standing)
        for ids, there in (
            (self.answered, bool(answers)),
            (self.closed, closed),
            (self.refused, refused and not closed),
            (self.checked, any(said.drawn == "label_errors" for said in answers)),
            (self.gold, any(said.via == "file" for said in standing)),
        ):
            (ids.add if there else ids.discard)(id_)
        for reviewer in self._voices[id_]:
            seen = self.seen[reviewer]
            (seen.add if has_seen(standing, reviewer) else seen.discard)(id_)
        self._settle(id_)

    # Rounds

    def take(self, rounds: Sequence[Round]) -> None:
        """Take in the rounds there are, oldest first, after those that are known."""
        for drawn in rounds[len(self._rounds) :]:
            number = len(self._rounds)
            self._rounds.append(drawn)
            for place, card in enumerate(drawn.cards):
                anew = asks_anew(card.strategy)
                asked = Asked(card, drawn.split, drawn.at, (-number, place), anew)
                self._asked[card.example_id] = asked
                self._settle(card.example_id)

    def _settle(self, id_: str) -> None:
        """Keep a card among those that wait, or take it from them."""
        asked = self._asked.get(id_)
        if asked is None:
            return
        if self._is_done(asked):
            self._live.pop(id_, None)
        else:
            self._live[id_] = asked

    def _is_done(self, asked: Asked) -> bool:
        id_ = asked.drawn.example_id
        if asked.anew or asked.drawn.strategy == "gold":
            said = self.words.standing(id_)
            since = {w.reviewer for w in self._since(asked) if w.action not in ("skip", "refuse")}
            return len(since) >= self.people or bool(excluded_by(said))
        return id_ in self.closed

    def _since(self, asked: Asked, reviewer: str = "") -> Iterator[Annotation]:
        """Yield the words on a card's example since it was drawn, of one reviewer or of all."""
        id_ = asked.drawn.example_id
        for who in (reviewer,) if reviewer else self._voices.get(id_, ()):
            for _, said in self.words.said.get((id_, who), ()):
                if said.at >= asked.at and said.via != "file":
                    yield said

    def has_dealt(self, asked: Asked, reviewer: str) -> bool:
        """Return whether a reviewer needs not be asked a card any more."""
        if any(self._since(asked, reviewer)):
            return True
        return not asked.anew and asked.drawn.example_id in self.seen[reviewer]

    def waiting_for(self, reviewer: str, split: Split) -> list[Asked]:
        """Return the cards of a split a reviewer may be asked, the first one first."""
        live = [asked for asked in self._live.values() if asked.split is split]
        live.sort(key=lambda asked: asked.place)
        return [asked for asked in live if not self.has_dealt(asked, reviewer)]

    def open_cards(self, split: Split) -> list[Asked]:
        """Return the cards of a split that wait for anybody, the first one first."""
        live = (asked for asked in self._live.values() if asked.split is split)
        return sorted(live, key=lambda asked: asked.place)

    def newest(self, split: Split) -> Round | None:
        """Return the newest round of a split."""
        return next((drawn for drawn in reversed(self._rounds) if drawn.split is split), None)

    def progress(self, split: Split, reviewer: str) -> tuple[int, int]:
        """Return how many cards of the newest round are dealt with, and how many it has."""
        drawn = self.newest(split)
        if drawn is None:
            return 0, 0
        live = (self._live.get(card.example_id) for card in drawn.cards)
        left = sum(asked is not None and not self.has_dealt(asked, reviewer) for asked in live)
        return len(drawn.cards) - left, len(drawn.cards)

    # People

    def already(self, asked: Asked, reviewer: str) -> int:
        """Return how many others had answered a card's example before it was asked anew."""
        if not asked.anew:
            return 0
        return sum(
            is_answer(said) and said.reviewer != reviewer and said.at < asked.at
            for said in self.words.standing(asked.drawn.example_id)
        )

    def refused_labels(self, id_: str) -> set[str]:
        """Return the labels people said an example does not have."""
        return {
            said.answer
            for reviewer in self._voices.get(id_, ())
            for _, said in self.words.said[id_, reviewer]
            if said.action == "refuse" and said.answer
        }

    def pace(self, reviewer: str) -> float | None:
        """Return the median seconds of a reviewer's last answers; None after very few."""
        recent = self._seconds[reviewer]
        return median(recent) if len(recent) >= FEWEST else None

    def answers_on(self, day: date, reviewer: str) -> int:
        """Return how many answers a reviewer gave on a day."""
        return self._days[reviewer, day]
