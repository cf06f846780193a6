"""A claim: errors have this cause, so surely, and this would mend them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Kind = Literal["function", "recheck", "label", "collect", "template", "drop", "look"]
"""What to do: edit a function, check labels again, label rows, collect texts, mend the template,
leave rows out, look."""

LEVEL = 0.01
"""What a claim's p-value must be below, after correction for all that were looked at."""


@dataclass(frozen=True)
class Claim:
    """A cause that explains errors, with the evidence for it.

    Attributes
    ----------
    cause : str
        By its name in `CAUSES`.
    subject : str
        What it is about: a function, a label, two labels; names no row.
    sentence : str
        The evidence in words, with its numbers.
    errors : int array
        The validation rows it explains.
    rows : int array
        The validation rows on which mending it should show.
    expected : float
        The error rate these should fall to.
    p_value : float
        Of seeing as much where the cause is not there, corrected for what was looked at.
    do : Kind
    work_on : tuple of str
        Ids of the examples to act on, most telling first.
    latent : float
        Errors beyond those seen: that the score hides, or that wrong training rows invite.
    advice : str
        How to mend it, where that can be said.
    """

    cause: str
    subject: str
    sentence: str
    errors: Rows
    rows: Rows
    expected: float
    p_value: float
    do: Kind
    work_on: tuple[str, ...] = ()
    latent: float = 0.0
    advice: str = ""

    @property
    def explained(self) -> float:
        """How many errors it explains, latent ones included."""
        return len(self.errors) + self.latent

    @property
    def confidence(self) -> float:
        """How sure the cause is, 0 to 1."""
        return float(np.clip(1 - self.p_value / LEVEL, 0, 1))
