"""The history of labeling functions: which are disabled, and the versions each has had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff

from curation.types import FunctionEvent, FunctionInfo


@dataclass(frozen=True)
class Version:
    """One version of a function.

    Attributes
    ----------
    number : int
        Counted from 1, in the order the versions were first seen.
    fingerprint, source, file : str
    who : str
        Who saved it first.
    at : datetime
        When it was first seen.
    diff : str
        What it changed in the version before it, as a unified diff; empty for the first.
    """

    number: int
    fingerprint: str
    source: str
    file: str
    who: str
    at: datetime
    diff: str


def disabled(events: Iterable[FunctionEvent]) -> frozenset[str]:
    """Return the names of the functions that do not vote.

    A disabled function stays so while it is edited, until it is enabled or removed.
    """
    off: set[str] = set()
    for event in events:
        if event.action == "disabled":
            off.add(event.name)
        elif event.action in ("enabled", "removed"):
            off.discard(event.name)
    return frozenset(off)


def unseen(
    events: Iterable[FunctionEvent], functions: Sequence[FunctionInfo], who: str
) -> list[FunctionEvent]:
    """Return a `saved` event for every version that is on no record, as after a text editor.

    What a function is served with (gold, replies) changes its votes but makes no version of it.
    """
    current: dict[str, FunctionEvent | None] = {}
    for event in events:
        if event.action in ("saved", "restored"):
            current[event.name] = event
        elif event.action == "removed":
            current[event.name] = None
    return [saved(f, who) for f in functions if not _is(f, current.get(f.name))]


def _is(function: FunctionInfo, event: FunctionEvent | None) -> bool:
    if event is None:
        return False
    served = function.rule is not None and "when" not in function.rule
    same = event.fingerprint == function.fingerprint
    return same or (served and event.source == function.source)


def saved(function: FunctionInfo, who: str) -> FunctionEvent:
    """Return the event of a version seen for the first time."""
    return FunctionEvent(
        name=function.name,
        action="saved",
        fingerprint=function.fingerprint,
        source=function.source,
        file=function.file,
        who=who,
    )


def versions(events: Iterable[FunctionEvent], name: str) -> tuple[Version, ...]:
    """Return the versions a function has had, oldest first, each once."""
    found: dict[str, Version] = {}
    before = ""
    for event in events:
        made = event.name == name and event.action in ("saved", "restored") and event.source
        if made and event.fingerprint not in found:
            found[event.fingerprint] = Version(
                number=len(found) + 1,
                fingerprint=event.fingerprint,
                source=event.source,
                file=event.file,
                who=event.who,
                at=event.at,
                diff=diff(before, event.source) if found else "",
            )
        if made:
            before = event.source
    return tuple(found.values())


def diff(before: str, after: str) -> str:
    r"""Return the difference of two sources, as a unified diff without file names.

    Examples
    --------
    >>> print(diff("a = 1\nb = 2\n", "a = 1\nb = 3\n"), end="")
    @@ -1,2 +1,2 @@
     a = 1
    -b = 2
    +b = 3
    """
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="")
    return "".join(f"{line}\n" for line in list(lines)[2:])
