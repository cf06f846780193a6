"""Is it time to train again? By the calendar, by new gold, or both."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

_MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True)
class Rhythm:
    """How often to train again: every so long, or after so many new gold answers.

    Attributes
    ----------
    every : "week", "month", "quarter" or ""
        Empty: the calendar does not matter.
    new_gold : int
        Gold answers since the last training that ask for another; 0: their number does not matter.
    """

    every: Literal["week", "month", "quarter", ""] = ""
    new_gold: int = 0


@dataclass(frozen=True)
class Due:
    """Whether training is due, in words too.

    Attributes
    ----------
    due : bool
    sentence : str
    date : datetime or None
        When the calendar asks for it; None when it does not.
    remaining : int or None
        Gold answers still missing; None when their number does not matter.
    """

    due: bool
    sentence: str
    date: datetime | None
    remaining: int | None


def due(
    rhythm: Rhythm, last_trained_at: datetime | None, new_gold_since: int, now: datetime
) -> Due:
    """Return whether it is time to train again: as soon as the calendar or the gold says so."""
    if last_trained_at is None:
        return Due(True, "Nothing has been trained yet.", None, None)
    date = _next(rhythm, last_trained_at)
    remaining = max(0, rhythm.new_gold - new_gold_since) if rhythm.new_gold else None
    if date is not None and now >= date:
        return Due(True, f"Due since {date:%Y-%m-%d}.", date, remaining)
    if remaining == 0:
        return Due(True, f"Due: {new_gold_since} new gold answers.", date, remaining)
    waits = [f"on {date:%Y-%m-%d}"] if date else []
    waits += [f"after {remaining} more gold answers"] if remaining else []
    sentence = f"Due {' or '.join(waits)}." if waits else "No rhythm is set; train when you like."
    return Due(False, sentence, date, remaining)


def _next(rhythm: Rhythm, last: datetime) -> datetime | None:
    if rhythm.every == "":
        return None
    if rhythm.every == "week":
        return last + timedelta(weeks=1)
    return _months_later(last, _MONTHS[rhythm.every])


def _months_later(moment: datetime, months: int) -> datetime:
    """Return the same day some months later, or the last day of a month too short for it."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
