"""Commands on slices: name a filter, list the names, forget one."""

from __future__ import annotations

from typing import Annotated

import typer

from curation.slices import list_slices, remove_slice, save_slice
from studio import loop
from studio.commands.browse import FilterOption, facts_for, read_filter
from studio.commands.terminal import HERE, JsonOption, ProjectOption, open_near, say, table
from studio.stations.browsing import as_line, filter_from


def save(
    name: Annotated[str, typer.Argument(help="Its name; one of the same name is replaced.")],
    project: ProjectOption = HERE,
    asked: FilterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a filter under a name."""
    opened, filter_ = open_near(project), read_filter(asked)
    found = len(loop.find(opened, filter_, facts_for(opened, filter_)))  # a wrong filter is refused
    kept = save_slice(opened, name, filter_.model_dump(mode="json", exclude_defaults=True))
    result = {"slice": kept.name, "filter": as_line(filter_), "examples": found}
    say(result, f"{kept.name}: {found:,} examples now", as_json=as_json)


def list_(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """List the slices."""
    kept = [
        (s.name, as_line(filter_from(s.filter)), s.who) for s in list_slices(open_near(project))
    ]
    result = {"slices": [{"name": name, "filter": line} for name, line, _ in kept]}
    say(result, table("Slices", ("name", "filter", "by"), kept), as_json=as_json)


def remove(
    name: Annotated[str, typer.Argument(help="The slice.")],
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Forget a slice; its examples stay as they are."""
    remove_slice(open_near(project), name)
    say({"removed": name}, f"{name} is gone; its examples are as they were", as_json=as_json)
