"""The live model in a few numbers, each share with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from curation.statistics import wilson
from curation.types import Request


@dataclass(frozen=True)
class Share:
    """A share of requests with Wilson's 95 % interval; no value where there is nothing to share."""

    count: int
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Kpis:
    """What the log adds up to.

    Attributes
    ----------
    requests : int
    volume : dict of date to int
        Requests a day (UTC), days without any included.
    labels : dict of str to Share
        The label mix, by label; empty for a task that writes.
    outside : Share or None
        Answers that are no label; None for a task that writes.
    disliked : Share
        Of the requests with feedback: silence is not praise.
    mean_confidence : float or None
        Over the requests that have one.
    """

    requests: int
    volume: dict[date, int]
    labels: dict[str, Share]
    outside: Share | None
    disliked: Share
    mean_confidence: float | None


def kpis(requests: Sequence[Request], labels: Sequence[str]) -> Kpis:
    """Return the numbers of a log; `labels` is empty for a task that writes."""
    n, answers = len(requests), Counter(request.answer for request in requests)
    judged = Counter(request.feedback for request in requests if request.feedback)
    sure = [request.confidence for request in requests if request.confidence is not None]
    inside = sum(answers[label] for label in labels)
    return Kpis(
        requests=n,
        volume=_volume(requests),
        labels={label: share(answers[label], n) for label in labels},
        outside=share(n - inside, n) if labels else None,
        disliked=share(judged["disliked"], judged.total()),
        mean_confidence=sum(sure) / len(sure) if sure else None,
    )


def share(count: int, n: int) -> Share:
    """Return a share with its interval; without a value when `n` is 0.

    Examples
    --------
    >>> share(0, 0).value is None
    True
    """
    if n == 0:
        return Share(count, n)
    return Share(count, n, count / n, *wilson(count, n))


def _volume(requests: Sequence[Request]) -> dict[date, int]:
    days = Counter(request.at.astimezone(UTC).date() for request in requests)
    if not days:
        return {}
    first, last = min(days), max(days)
    every = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return {day: days[day] for day in every}
