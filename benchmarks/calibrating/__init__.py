"""Simulations in which the truth is known: how often each test alarms, covers, and finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from scipy.stats import binom

Kind = Literal["alarms", "covers", "finds"]


@dataclass(frozen=True)
class Measured:
    """How often something happened in simulations.

    Attributes
    ----------
    test : str
    setting : str
        What was simulated.
    kind : {"alarms", "covers", "finds"}
        Alarms without an effect, truths inside an interval, effects that were found.
    nominal : float
        What is promised: at most so many alarms, at least so many of the others.
    happened, runs : int
    peers : dict of str to float
        The share by formulas that other tools use, on the same simulations.
    """

    test: str
    setting: str
    kind: Kind
    nominal: float
    happened: int
    runs: int
    peers: dict[str, float] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of runs in which it happened."""
        return self.happened / self.runs

    @property
    def limit(self) -> float:
        """How far chance alone goes once in a hundred from what is promised."""
        level = 0.99 if self.kind == "alarms" else 0.01
        return float(binom.ppf(level, self.runs, self.nominal)) / self.runs

    @property
    def inside(self) -> bool:
        """Whether the promise is kept, chance allowed for."""
        if self.kind == "alarms":
            return self.share <= self.limit
        return self.share >= self.limit


Check = Callable[[int], list[Measured]]
"""Takes how many runs, and returns what was measured."""
