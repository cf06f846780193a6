"""How right the labels are, by answers to random cards, and when that is known well enough."""

from __future__ import annotations

from dataclasses import dataclass

from curation.statistics import answers_for, half_width, sample_interval
from curation.types import Score

STEPS = (0.1, 0.05, 0.03, 0.02, 0.01)
"""Half widths of an interval worth telling, in shares."""
WORTH = 0.9
"""A step that the interval nearly reaches already is no step."""


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
        low, high = sample_interval(share, self.n, self.population)
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
