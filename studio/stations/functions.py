"""Work on labeling functions: save, switch off and on, restore, look at their rows and versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import FunctionEvent, FunctionInfo, VoteMatrix
from labeling_functions import cache, source
from labeling_functions.analysis import selection as selecting
from labeling_functions.analysis.report import FunctionReport, report
from labeling_functions.analysis.selection import Selection
from labeling_functions.analysis.tally import Rows
from labeling_functions.history import Version, saved, unseen, versions
from studio.stations.labels import (
    add_up,
    columns,
    list_functions,
    tuning_gold,
    vote,
    votes_are_current,
)
from studio.stations.reviewers import whoami

Action = Literal["disabled", "enabled", "restored", "removed"]


@dataclass(frozen=True)
class Numbered:
    """A version of a function with its numbers as they would be today.

    Attributes
    ----------
    version : Version
    current : bool
        It is the one in the file.
    report : FunctionReport or None
        On today's gold, and the rows it voted on when it was the one in the file; None where its
        votes are not kept any more.
    """

    version: Version
    current: bool
    report: FunctionReport | None


def history(project: Project, name: str = "") -> tuple[FunctionEvent, ...]:
    """Return what was done to a function, or to all, oldest first."""
    events = project.store.function_events()
    return tuple(event for event in events if name in ("", event.name))


def versions_of(project: Project, name: str) -> tuple[Numbered, ...]:
    """Return a function's versions, oldest first, with the numbers of those whose votes are kept.

    No function is run.
    """
    catalog = list_functions(project)
    current = next((f for f in catalog.functions if f.name == name), None)
    others = vote(project) if votes_are_current(project) else None
    gold = tuning_gold(project)
    return tuple(
        Numbered(
            version,
            current is not None and version.fingerprint == current.fingerprint,
            _report_of(project, name, version, others, gold),
        )
        for version in versions(history(project, name), name)
    )


def _report_of(
    project: Project,
    name: str,
    version: Version,
    others: VoteMatrix | None,
    gold: dict[str, str],
) -> FunctionReport | None:
    info = FunctionInfo(
        name=name,
        fingerprint=version.fingerprint,
        family="",
        file=version.file,
        line=1,
        source=version.source,
    )
    corpus = columns(project).corpus
    votes = cache.read(project.votes, info, corpus).votes[:, None]
    n = len(votes)
    if not n:
        return None
    functions: tuple[FunctionInfo, ...] = (info,)
    if others is not None:
        beside = [c for c, f in enumerate(others.functions) if f.name != name]
        functions += tuple(others.functions[column] for column in beside)
        votes = np.hstack([votes, others.votes[:n, beside]])
    matrix = VoteMatrix(corpus.ids[:n], functions, project.task.labels, votes)
    return report(matrix, gold)[0]


def disable(project: Project, name: str) -> None:
    """Let a function vote no more; it stays in its file.

    Raises
    ------
    FunctionError
        There is no such function.
    """
    _record(project, "disabled", _existing(project, name))


def enable(project: Project, name: str) -> None:
    """Let a disabled function vote again.

    Raises
    ------
    FunctionError
        There is no such function.
    """
    _record(project, "enabled", _existing(project, name))


def remove(project: Project, name: str) -> None:
    """Take a function out of its file; its versions stay in the history.

    Raises
    ------
    FunctionError
        There is no such function, or it shares its statement with others.
    """
    found = _existing(project, name)
    _note_unseen(project, found)
    source.remove_function(project.functions, name)
    _record(project, "removed", found)


def restore(project: Project, name: str, number: int) -> FunctionInfo:
    """Write an earlier version into the file again, also of a function that was removed.

    Parameters
    ----------
    number : int
        The version's, counted from 1.

    Raises
    ------
    FunctionError
        There is no such version, or its source does not fit into the file any more.
    """
    found = versions(history(project, name), name)
    if not 1 <= number <= len(found):
        raise FunctionError(
            f"{name} has no version {number}.",
            remedy=f"It has {len(found)}: `tunesmith functions history {name}` lists them.",
        )
    version = found[number - 1]
    there = {function.name: function for function in list_functions(project).functions}
    if name in there:
        _note_unseen(project, there[name])
    replacing = name if name in there else ""
    made = _written(project, version.source, replacing=replacing, filename=version.file)
    function = next((f for f in made if f.name == name), made[0])
    _record(project, "restored", function)
    return function


def save_function(
    project: Project, code: str, *, replacing: str = "", filename: str = "functions.py"
) -> tuple[FunctionInfo, ...]:
    """Write a new function, or a new version of one, and put it on the record.

    Parameters
    ----------
    code : str
        Its Python, without imports.
    replacing : str
        The function it takes the place of; a new one where empty.
    filename : str
        The file a new one is written to.

    Returns
    -------
    tuple of FunctionInfo
        What the code declares, by its file's order.

    Raises
    ------
    FunctionError
        The code does not compile, declares nothing, or takes a name that is taken; then the file
        is as it was.
    """
    if replacing:
        _note_unseen(project, _existing(project, replacing))
    made = _written(project, code, replacing=replacing, filename=filename)
    project.store.record_function_events([saved(function, whoami()) for function in made])
    return made


def rows_of(project: Project, selection: Selection) -> Rows:
    """Return the rows a number counts, as rows of the project's columns and of its votes.

    Raises
    ------
    FunctionError
        The selection names a function or a label there is not.
    """
    matrix = vote(project)
    return selecting.rows_of(matrix, selection, tuning_gold(project), add_up(project, matrix))


def _written(
    project: Project, code: str, *, replacing: str, filename: str
) -> tuple[FunctionInfo, ...]:
    """Write code and return the functions it declares; where it does not load, unwrite it."""
    before = list_functions(project)
    there = {(function.name, function.source) for function in before.functions}
    file = next((f.file for f in before.functions if f.name == replacing), filename)
    path = project.functions / file
    kept = source.read_file(project.functions, file) if path.exists() else None
    if replacing:
        source.replace_function(project.functions, replacing, code)
    else:
        source.write_function(project.functions, code, file)
    after = list_functions(project)
    made = tuple(f for f in after.functions if (f.name, f.source) not in there)
    made = made or tuple(f for f in after.functions if f.name == replacing)
    known = {(fault.function, fault.error) for fault in before.faults}
    faults = [fault for fault in after.faults if (fault.function, fault.error) not in known]
    if faults or not made:
        _unwrite(project, file, kept)
        raise FunctionError(
            faults[0].error if faults else "The code declares no labeling function.",
            where=f"line {faults[0].line}" if faults and faults[0].line else file,
            remedy="Correct it and save again; the file is as it was.",
        )
    return made


def _unwrite(project: Project, file: str, kept: str | None) -> None:
    if kept is None:
        (project.functions / file).unlink(missing_ok=True)
    else:
        source.replace_file(project.functions, file, kept)


def _existing(project: Project, name: str) -> FunctionInfo:
    functions = list_functions(project).functions
    found = next((function for function in functions if function.name == name), None)
    if found is None:
        names = ", ".join(function.name for function in functions)
        raise FunctionError(
            f"There is no labeling function called {name!r}.",
            remedy=f"There is: {names}." if names else "Write one first.",
        )
    return found


def _note_unseen(project: Project, function: FunctionInfo) -> None:
    """Put a version that was written by hand on the record, before it is gone."""
    if new := unseen(project.store.function_events(), [function], whoami()):
        project.store.record_function_events(new)


def _record(project: Project, action: Action, function: FunctionInfo) -> None:
    event = saved(function, whoami()).model_copy(update={"action": action})
    project.store.record_function_events([event])
