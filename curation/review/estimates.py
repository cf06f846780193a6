"""How right the labels are, by answers to random cards, and when that is known well enough."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from curation.types import Score

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal."""
STEPS = (0.1, 0.05, 0.03, 0.02, 0.01)
"""Half widths of an interval worth telling, in shares."""
WORTH = 0.9
"""A step that the interval nearly reaches already is no step."""


def half_width(share: float, n: float, population: float = float("inf")) -> float:
    """Return half the width of Wilson's 95 % interval of a proportion (Wilson 1927, JASA 22:209).

    From a finite population, `n` counts as ``n (N - 1) / (N - n)``: the finite population
    correction (Cochran 1977, Sampling Techniques, 2.6). Nothing is left open when all were asked.

    Parameters
    ----------
    share : float
        What was observed, 0 to 1.
    n : float
        Answers, more than 0.
    population : float
        Of how many.

    Examples
    --------
    >>> round(half_width(0.9, 100), 4), half_width(0.9, 100, 100)
    (0.0596, 0.0)
    """
    counted = _counted(n, population)
    if counted is None:
        return 0.0
    spread = Z95**2 / counted
    return Z95 / (1 + spread) * sqrt(share * (1 - share) / counted + spread / (4 * counted))


def _counted(n: float, population: float) -> float | None:
    """Return what `n` of a population count as; None where they are all of it."""
    if n >= population:
        return None
    return n if population == float("inf") else n * (population - 1) / (population - n)


def interval(share: float, n: int, population: float = float("inf")) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion, corrected for a finite population."""
    counted = _counted(n, population)
    if counted is None:
        return share, share
    spread = Z95**2 / counted
    centre = (share + spread / 2) / (1 + spread)
    half = half_width(share, n, population)
    return max(0.0, centre - half), min(1.0, centre + half)


def answers_for(share: float, half: float, population: float = float("inf")) -> int:
    """Return the fewest answers whose interval is no wider than `half` to either side.

    Parameters
    ----------
    share : float
        What is observed, taken to stay as it is.
    half : float
        More than 0.
    population : float

    Examples
    --------
    >>> answers_for(0.9, 0.05), answers_for(0.9, 0.05, population=150)
    (141, 73)
    """
    low, high = 0, 1
    while half_width(share, high, population) > half:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        narrow = half_width(share, middle, population) <= half
        low, high = (low, middle) if narrow else (middle, high)
    return high if population == float("inf") else min(high, ceil(population))


@dataclass(frozen=True)
class Estimate:
    """How many labels are right, by a fair sample of answers.

    Attributes
    ----------
    whose : str
        Whose labels, and by which answers, in words.
    right, n : int
        Answers that agree with the label, and answers.
    population : int
        Examples they are a sample of.
    cards : str
        What is to be answered for more: random cards, validation cards.
    most : int, optional
        How many such cards there are; as many as the population, where nothing is said.
    """

    whose: str
    right: int
    n: int
    population: int
    cards: str = "random cards"
    most: int | None = None

    @property
    def score(self) -> Score:
        """The accuracy with its 95 % interval."""
        if not self.n:
            return Score(
                metric="accuracy", value=None, n=0, undefined=f"no {self.cards} are answered"
            )
        share = self.right / self.n
        low, high = interval(share, self.n, self.population)
        return Score(metric="accuracy", value=share, low=low, high=high, n=self.n)

    @property
    def half(self) -> float | None:
        """Half the interval's width."""
        return half_width(self.right / self.n, self.n, self.population) if self.n else None


@dataclass(frozen=True)
class Hint:
    """Whether more answers would tell more.

    Attributes
    ----------
    more : int
        Cards to answer; 0 where it is enough.
    half : float
        What they would narrow the interval to, to either side.
    cards : str
        Which cards.
    """

    more: int
    half: float
    cards: str

    @property
    def sentence(self) -> str:
        """It in words."""
        if not self.more:
            return f"Enough: the accuracy is known to ± {self.half:.1%}"
        return f"{self.more:,} more {self.cards} would narrow it to ± {self.half:.0%}"


def hint(estimate: Estimate, enough: float) -> Hint | None:
    """Return when to stop: how many more answers reach the next step, or that it is enough.

    None where nothing is answered, or there are not so many cards.

    Parameters
    ----------
    estimate : Estimate
    enough : float
        The half width that needs no more: a smaller gain does not matter to the project.

    Examples
    --------
    >>> hint(Estimate("votes", 90, 100, 5_000), enough=0.02).sentence
    '38 more random cards would narrow it to ± 5%'
    >>> hint(Estimate("votes", 90, 100, 100), enough=0.02).more
    0
    """
    if estimate.half is None:
        return None
    if estimate.half <= enough:
        return Hint(0, estimate.half, estimate.cards)
    steps = (step for step in STEPS if enough < step < WORTH * estimate.half)
    target = next(steps, enough)
    share = estimate.right / estimate.n
    more = answers_for(share, target, estimate.population) - estimate.n
    there = estimate.most is None or estimate.n + more <= estimate.most
    return Hint(more, target, estimate.cards) if there else None
