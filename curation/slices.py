"""Slices: filters with a name, kept with the project."""

from __future__ import annotations

from curation.exceptions import ProjectError
from curation.project import Project
from curation.registry import nearest
from curation.types import JsonObject, Slice


def save_slice(project: Project, name: str, filter_: JsonObject, who: str = "local") -> Slice:
    """Keep a filter under a name; a slice of that name is replaced.

    Raises
    ------
    ProjectError
        If the name is empty.
    """
    plain = " ".join(name.split())
    if not plain:
        raise ProjectError("A slice needs a name.", remedy="Say what its examples have in common.")
    kept = Slice(name=plain, filter=filter_, who=who)
    project.store.save_slice(kept)
    return kept


def list_slices(project: Project) -> tuple[Slice, ...]:
    """Return the slices, by name."""
    return tuple(sorted(project.store.slices(), key=lambda kept: kept.name.casefold()))


def find_slice(project: Project, name: str) -> Slice:
    """Return the slice of a name.

    Raises
    ------
    ProjectError
        If there is none.
    """
    named = {kept.name: kept for kept in project.store.slices()}
    if name not in named:
        raise ProjectError(f"There is no slice {name!r}.", remedy=nearest(name, sorted(named)))
    return named[name]


def remove_slice(project: Project, name: str) -> None:
    """Forget a name; nothing happens to the examples.

    Raises
    ------
    ProjectError
        If there is no such slice.
    """
    find_slice(project, name)
    project.store.remove_slice(name)
