"""Findings, the one thing that travels back round the ring: open them, see what answers them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from curation.types import Finding, fingerprint

Action = Literal["review", "function", "collect", "template", "exclude", "look"]


def open_finding(
    kind: str,
    title: str,
    *,
    example_ids: Sequence[str] = (),
    evidence: Sequence[str] = (),
    origin: str = "",
    action: Action = "look",
    note: str = "",
) -> Finding:
    """Return a finding whose id follows from what it says, so that opening it twice is once."""
    id_ = fingerprint(kind, title, origin, action, note, *sorted(evidence), length=12)
    return Finding(
        id=id_,
        kind=kind,
        title=title,
        example_ids=tuple(dict.fromkeys(example_ids)),
        evidence=tuple(dict.fromkeys(evidence)),
        origin=origin,
        action=action,
        note=note,
    )


def still_open(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings nothing has answered, those with most evidence first."""
    waiting = (finding for finding in findings if finding.closed_by is None)
    return tuple(sorted(waiting, key=lambda finding: -len(finding.evidence)))


def answered(findings: Iterable[Finding], waiting: Collection[str]) -> tuple[Finding, ...]:
    """Return the open review findings whose every example a person has looked at since.

    Parameters
    ----------
    findings : iterable of Finding
    waiting : collection of str
        Ids of the examples that still wait for a look.
    """
    return tuple(
        finding
        for finding in findings
        if finding.closed_by is None
        and finding.action == "review"
        and finding.example_ids
        and not any(id_ in waiting for id_ in finding.example_ids)
    )
