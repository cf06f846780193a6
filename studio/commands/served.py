"""Commands for what functions are served with: embed the examples, ask models about them."""

from __future__ import annotations

from typing import Annotated

import typer

from curation.exceptions import FunctionError, TunesmithError
from curation.project import Project
from curation.types import FunctionInfo
from studio import loop
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    open_near,
    progress_bar,
    say,
    table,
)
from studio.stations import asking


def embed(
    project: ProjectOption = HERE,
    map_: Annotated[bool, typer.Option("--map", help="Arrange the map as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute the embeddings that are missing: for `similar`, `nearest_gold`, clusters and map."""
    opened = open_near(project)
    new = loop.missing_embeddings(opened)
    with progress_bar("Embedding", quiet=as_json) as move:
        made = loop.embed(opened, move)
    if map_:
        with progress_bar("Arranging", quiet=as_json) as move:
            loop.map_of(opened, move)
    cut = made.header.cut
    result = {"model": made.header.model, "embedded": len(made), "new": new, "cut": cut}
    long = f" {cut:,} texts were longer than the model reads and were cut." if cut else ""
    said = f"{len(made):,} examples have an embedding, {new:,} of them new.{long}"
    say(result, said, as_json=as_json)


def ask(
    name: Annotated[
        str, typer.Argument(help="The function; without it, what there is to ask.")
    ] = "",
    project: ProjectOption = HERE,
    at_most: Annotated[
        int, typer.Option(min=1, help="Examples asked about in this go.")
    ] = asking.MOST_AT_ONCE,
    as_json: JsonOption = False,
) -> None:
    """Put examples to the model of a `prompted` function, or to the run of a `predictions` one."""
    opened = open_near(project)
    functions = loop.list_functions(opened).functions
    if not name:
        rows = [row for f in functions if (row := _to_ask(opened, f))]
        listed = table("Functions that ask", ("function", "whom", "unasked", "of"), rows)
        say({str(row[0]): row[2] for row in rows}, listed, as_json=as_json)
        return
    function = _named(functions, name)
    with progress_bar("Asking", quiet=as_json) as move:
        answered = loop.ask(opened, function, at_most=at_most, on_progress=move)
    left = getattr(loop.what_to_ask(opened, function), "unasked", 0)
    more = f" {left:,} are left: ask again for more." if left else ""
    result = {"answered": answered, "left": left}
    say(result, f"Answered: {answered:,}.{more}", as_json=as_json)


def _to_ask(project: Project, function: FunctionInfo) -> tuple[object, ...] | None:
    try:
        question = loop.what_to_ask(project, function)
    except TunesmithError as error:  # one that cannot ask hides no other
        return function.name, str(error), None, ""
    if question is None:
        return None
    return function.name, question.who, question.unasked, question.total


def _named(functions: tuple[FunctionInfo, ...], name: str) -> FunctionInfo:
    for function in functions:
        if function.name == name:
            return function
    known = ", ".join(function.name for function in functions) or "none"
    raise FunctionError(f"There is no function called {name!r}.", remedy=f"There is: {known}.")
