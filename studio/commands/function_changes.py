"""Commands that change labeling functions: switch off and on, restore, take suggestions."""

from __future__ import annotations

from typing import Annotated

import typer

from curation.exceptions import FunctionError
from curation.project import Project
from labeling_functions.suggesting.suggestion import Suggestion
from studio import loop
from studio.commands.functions import NameArgument, app, score_of
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    number_of,
    open_near,
    say,
    table,
)

group = app
"""All commands on functions: those that look, and those that change."""
PrecisionOption = Annotated[
    float, typer.Option(help="What the lower end of a suggestion's precision must reach.")
]
CoverageOption = Annotated[
    float, typer.Option(help="The largest share of training rows a suggestion may be on.")
]
NumberOption = Annotated[int, typer.Option("--number", "-n", help="How many to suggest.")]


@app.command()
def suggest(
    least_precision: PrecisionOption = 0.6,
    most_coverage: CoverageOption = 0.33,
    number: NumberOption = 10,
    ask: Annotated[
        bool, typer.Option("--ask", help="Let the model at TUNESMITH_LLM_URL propose instead.")
    ] = False,
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Propose functions from training rows: gold, conflicts, rows nobody votes on, errors."""
    propose = loop.ask_for_functions if ask else loop.suggest_functions
    found = propose(
        open_near(project),
        least_precision=least_precision,
        most_coverage=most_coverage,
        limit=number,
    )
    lines = [
        (f"{one.name}: {one.says}", one.label or "say which", number_of(one.precision),
         len(one.rows), one.covers, one.why)
        for one in found
    ]  # fmt: skip
    columns = ("suggestion", "votes", "precision", "rows", "new", "for")
    title = "Found on one half of the training gold, measured on the other"
    result = {"suggestions": [_suggestion(one) for one in found]}
    say(result, table(title, columns, lines), as_json=as_json)


def _suggestion(one: Suggestion) -> dict[str, object]:
    return {
        "name": one.name,
        "label": one.label,
        "says": one.says,
        "origin": one.origin,
        "why": one.why,
        "precision": score_of(one.precision),
        "rows": len(one.rows),
        "new": one.covers,
        "example_ids": list(one.example_ids),
        "code": one.code() if one.label else "",
    }


@app.command()
def accept(
    name: Annotated[str, typer.Argument(help="The suggestion's name.")],
    label: Annotated[str, typer.Option(help="What it votes, where it does not say.")] = "",
    least_precision: PrecisionOption = 0.6,
    most_coverage: CoverageOption = 0.33,
    number: NumberOption = 10,
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Write a suggested function into the project's file, and let it vote.

    Give the options that it was suggested with.
    """
    opened = open_near(project)
    chosen = _named(opened, name, least_precision, most_coverage, number)
    (made, *_) = loop.accept(opened, chosen, label)
    matrix = loop.vote(opened)
    covered = int((matrix.votes >= 0).any(axis=1).sum())
    told = f"{made.name} votes; {covered:,} of {len(matrix.example_ids):,} examples covered"
    say({"accepted": made.name, "file": made.file, "covered": covered}, told, as_json=as_json)


@app.command()
def dismiss(
    name: Annotated[str, typer.Argument(help="The suggestion's name.")],
    least_precision: PrecisionOption = 0.6,
    most_coverage: CoverageOption = 0.33,
    number: NumberOption = 10,
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Never suggest this again. Give the options that it was suggested with."""
    opened = open_near(project)
    chosen = _named(opened, name, least_precision, most_coverage, number)
    loop.dismiss(opened, chosen)
    say({"dismissed": chosen.key}, f"{chosen.key} is not suggested again", as_json=as_json)


def _named(
    project: Project, name: str, least_precision: float, most_coverage: float, number: int
) -> Suggestion:
    found = loop.suggest_functions(
        project, least_precision=least_precision, most_coverage=most_coverage, limit=number
    )
    chosen = next((one for one in found if one.name == name), None)
    if chosen is None:
        names = ", ".join(one.name for one in found) or "nothing"
        raise FunctionError(f"{name!r} is not suggested.", remedy=f"Suggested is: {names}.")
    return chosen


@app.command()
def disable(name: NameArgument, project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Let a function vote no more; it stays in its file."""
    loop.disable(open_near(project), name)
    say({"disabled": name}, f"{name} does not vote any more", as_json=as_json)


@app.command()
def enable(name: NameArgument, project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Let a disabled function vote again."""
    loop.enable(open_near(project), name)
    say({"enabled": name}, f"{name} votes again", as_json=as_json)


@app.command()
def remove(name: NameArgument, project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Take a function out of its file; its versions can be restored."""
    loop.remove(open_near(project), name)
    say({"removed": name}, f"{name} is out of its file; its versions stay", as_json=as_json)


@app.command()
def restore(
    name: NameArgument,
    version: Annotated[int, typer.Argument(help="Its number, as `history` lists it.")],
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Write an earlier version of a function into its file again."""
    made = loop.restore(open_near(project), name, version)
    told = f"{name} is as it was in version {version}"
    say({"restored": name, "version": version, "key": made.key}, told, as_json=as_json)


@app.command()
def history(name: NameArgument, project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """List a function's versions: who made them, what they changed, and their numbers today."""
    found = loop.versions_of(open_near(project), name)
    if not found:
        raise FunctionError(
            f"Nothing is on record about {name!r}.", remedy="It begins with the next vote."
        )
    result = [
        {
            "number": one.version.number,
            "key": f"{name}@{one.version.fingerprint}",
            "who": one.version.who,
            "at": one.version.at,
            "current": one.current,
            "diff": one.version.diff,
            "covered": one.report.covered if one.report else None,
            "precision": score_of(one.report.precision) if one.report else None,
        }
        for one in found
    ]
    lines = [
        (f"{'*' if one.current else ' '} {one.version.number}", one.version.who,
         f"{one.version.at:%Y-%m-%d %H:%M}", one.report.covered if one.report else "not kept",
         number_of(one.report.precision) if one.report else "not kept")
        for one in found
    ]  # fmt: skip
    columns = ("version", "by", "when", "covered", "precision")
    drawn = table("\n".join(one.version.diff for one in found if one.version.diff), columns, lines)
    say({"versions": result}, drawn, as_json=as_json)
