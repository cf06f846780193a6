"""Mix strategies by their shares into one round of cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from curation.review.evidence import Evidence
from curation.review.strategies import STRATEGIES, Choice
from curation.types import Drawn, TaskKind

RANDOM, REST, REFUSED = "random", "rest", "refused"
DEFAULTS = {
    "uncertain": 0.25,
    "model": 0.2,
    "disagree": 0.15,
    "label_errors": 0.1,
    "diverse": 0.1,
    RANDOM: 0.2,
    "gold": 0.0,
}
"""The shares where nobody has set any; a fifth is random, so that estimates are fair."""
TO_WRITE = {"compare": 0.2, "model": 0.2, "diverse": 0.2, "length": 0.2, RANDOM: 0.2}
"""The shares where texts are written: no function votes there."""
TO_MARK = {"uncertain": 0.3, "disagree": 0.2, "model": 0.2, "diverse": 0.1, RANDOM: 0.2}
"""The shares where spans are marked: no quick model doubts them."""
BY_KIND = {TaskKind.CLASSIFY: DEFAULTS, TaskKind.EXTRACT: TO_MARK, TaskKind.GENERATE: TO_WRITE}
REFUSED_REASON = "A suggestion was refused here. What is it?"
ENOUGH = 10
"""Rows a strategy offers for each card: others may have taken the first ones."""


def shares_of(kind: TaskKind, chosen: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each strategy, adding up to one: those chosen, or the defaults.

    Raises
    ------
    UnknownNameError
        A share is of no strategy there is.

    Examples
    --------
    >>> shares_of(TaskKind.CLASSIFY, {"random": 1, "uncertain": 3})
    {'random': 0.25, 'uncertain': 0.75}
    """
    shares = dict(chosen) or BY_KIND[kind]
    for name in shares:
        STRATEGIES.target(name)
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}


def turns(shares: Mapping[str, float]) -> Iterator[str]:
    """Yield names without end so that, after any number of them, each has had its share.

    None is ever a whole turn ahead or behind: Tijdeman (1980), The chairman assignment problem.

    Examples
    --------
    >>> from itertools import islice
    >>> list(islice(turns({"a": 0.5, "b": 0.25, "c": 0.25}), 4))
    ['a', 'b', 'c', 'a']
    """
    total = sum(shares.values())
    part = {name: share / total for name, share in shares.items() if share > 0}
    least = 1 / (2 * len(part) - 2) if len(part) > 1 else 0.0
    given = dict.fromkeys(part, 0)
    for turn in count(1):
        owed = {name: part[name] * turn - given[name] for name in part}
        due = [name for name in part if owed[name] >= least - 1e-9]
        name = min(due, key=lambda name: (1 - least - owed[name]) / part[name])
        given[name] += 1
        yield name


@dataclass(frozen=True)
class Mixed:
    """A round's cards, and why some strategies gave none.

    Attributes
    ----------
    cards : tuple of Drawn
    silent : dict of str to str
        By strategy with a share: what it lacks.
    """

    cards: tuple[Drawn, ...]
    silent: dict[str, str]


def mix(evidence: Evidence, shares: Mapping[str, float], size: int) -> Mixed:
    """Draw a round: each strategy its share, no example and no near-duplicate twice.

    A strategy that lacks its evidence, or has nothing more to ask, leaves its share to the others.

    Parameters
    ----------
    evidence : Evidence
    shares : mapping of str to float
        By strategy.
    size : int
        The most cards.
    """
    silent = {name: STRATEGIES[name].silent(evidence) for name, part in shares.items() if part > 0}
    live = {name: shares[name] for name, why in silent.items() if not why}
    fair = live.get(RANDOM, 0.0) / sum(live.values()) if live else 0.0
    table = _Table(replace(evidence, reserve=fair), size)
    table.deal_refused()
    while live and not table.is_full:
        for name in turns(live):
            if table.is_full or not table.deal(name):
                break
        live.pop(name)
    while not table.is_full and table.deal(REST):
        pass
    return Mixed(tuple(table.cards), {name: why for name, why in silent.items() if why})


class _Table:
    """The cards of a round as they are dealt."""

    def __init__(self, evidence: Evidence, size: int) -> None:
        self.cards: list[Drawn] = []
        self._evidence, self._size = evidence, size
        self._rows: set[int] = set()
        self._groups: set[str] = set()
        self._offers: dict[str, tuple[Choice, Iterator[int]]] = {}

    @property
    def is_full(self) -> bool:
        return len(self.cards) >= self._size

    def deal(self, name: str) -> bool:
        """Deal the next card of a strategy; return whether it had one."""
        if name not in self._offers:
            choice = STRATEGIES[name].choose(self._evidence, ENOUGH * self._size)
            self._offers[name] = choice, iter(choice.rows.tolist())
        choice, rows = self._offers[name]
        row = next((row for row in rows if self._is_new(row)), None)
        if row is not None:
            self._put(row, name, choice.why(row))
        return row is not None

    def deal_refused(self) -> None:
        """Deal what a suggestion was refused on."""
        for row in self._evidence.refused.tolist():
            if not self.is_full and self._is_new(row):
                self._put(row, REFUSED, REFUSED_REASON)

    def _is_new(self, row: int) -> bool:
        return row not in self._rows and self._evidence.groups[row] not in self._groups

    def _put(self, row: int, name: str, reason: str) -> None:
        self._rows.add(row)
        if group := self._evidence.groups[row]:
            self._groups.add(group)
        id_ = self._evidence.ids[row]
        self.cards.append(Drawn(example_id=id_, strategy=name, reason=reason))
