"""Work on labeling functions: save, switch off and on, restore, take suggestions, open numbers."""

from __future__ import annotations

from dataclasses import dataclass

from curation.project import Project
from curation.types import FunctionEvent, FunctionInfo
from labeling_functions.history import Version
from labeling_functions.report import FunctionReport
from labeling_functions.selection import Selection
from labeling_functions.suggest import Suggestion
from labeling_functions.tally import Rows


@dataclass(frozen=True)
class Numbered:
    """A version of a function with its numbers as they would be today.

    Attributes
    ----------
    version : Version
    current : bool
        It is the one in the file.
    report : FunctionReport or None
        On today's rows and gold; None where its votes are not kept.
    """

    version: Version
    current: bool
    report: FunctionReport | None


def history(project: Project, name: str = "") -> tuple[FunctionEvent, ...]:
    """Return what was done to a function, or to all, oldest first."""
    raise NotImplementedError


def versions_of(project: Project, name: str) -> tuple[Numbered, ...]:
    """Return a function's versions, oldest first, with the numbers of those whose votes are kept."""
    raise NotImplementedError


def disable(project: Project, name: str) -> None:
    """Let a function vote no more; it stays in its file."""
    raise NotImplementedError


def enable(project: Project, name: str) -> None:
    """Let a disabled function vote again."""
    raise NotImplementedError


def restore(project: Project, name: str, number: int) -> FunctionInfo:
    """Write an earlier version, counted from 1, into the file again."""
    raise NotImplementedError


def remove(project: Project, name: str) -> None:
    """Take a function out of its file; its versions stay in the history."""
    raise NotImplementedError


def save_function(
    project: Project, code: str, *, replacing: str = "", filename: str = "functions.py"
) -> tuple[FunctionInfo, ...]:
    """Write a new function, or a new version of one, put it on the record, and return it."""
    raise NotImplementedError


def rows_of(project: Project, selection: Selection) -> Rows:
    """Return the rows a number counts, as rows of the project's columns and of its votes."""
    raise NotImplementedError


def suggest_functions(
    project: Project, *, source: str = "all", limit: int = 10
) -> list[Suggestion]:
    """Return functions worth writing, from gold, conflicts, uncovered rows and errors."""
    raise NotImplementedError


def accept(project: Project, suggestion: Suggestion, label: str = "") -> tuple[FunctionInfo, ...]:
    """Write a suggested function; one without a label needs yours."""
    raise NotImplementedError


def dismiss(project: Project, suggestion: Suggestion) -> None:
    """Never suggest this again."""
    raise NotImplementedError
