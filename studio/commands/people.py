"""Commands on what people said: how far they agree, its audit, and taking it to another copy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from curation.people.audit import Line
from studio import loop
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    err,
    number_of,
    open_near,
    say,
    table,
)


def audit(
    project: ProjectOption = HERE,
    example: Annotated[str, typer.Option(help="Only this example, by its id.")] = "",
    who: Annotated[str, typer.Option(help="Only what this person said.")] = "",
    exam: Annotated[bool, typer.Option(help="Show the exam's answers too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say who said what, when, through which door, and what the answer was after it."""
    lines = list(loop.audit(open_near(project), example, who, exam=exam))
    columns = ("when (UTC)", "who", "via", "example", "said", "answer after it")
    rows = [
        (f"{line.said.at:%Y-%m-%d %H:%M:%S}", line.said.reviewer, line.said.via,
         line.said.example_id, line.words, line.after)
        for line in lines
    ]  # fmt: skip
    result = {"lines": [_as_data(line) for line in lines]}
    say(result, table(f"{len(lines):,} facts, oldest first", columns, rows), as_json=as_json)


def _as_data(line: Line) -> dict[str, object]:
    after = {"answer": line.answer or None, "on": line.on, "changed": line.changed}
    return line.said.model_dump(mode="json") | {"after": after}


def export_annotations(
    to: Annotated[Path, typer.Option(help="The file to write, a .jsonl.")],
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Write everything people ever said to a file: a backup, or a way to another machine."""
    done = loop.export_annotations(open_near(project), to)
    told = f"{done.annotations:,} annotations by {done.reviewers:,} people in {to}"
    say({**asdict(done), "file": str(to)}, told, as_json=as_json)
    if done.exam:
        note = f"{done.exam:,} of them answer the exam: keep the file from whoever tunes."
        err.print(note, style="yellow", markup=False, soft_wrap=True)


def import_annotations(
    file: Annotated[Path, typer.Option("--from", help="The file to read.")],
    project: ProjectOption = HERE,
    skip_unknown: Annotated[
        bool, typer.Option(help="Pass over what is about unknown examples.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in what a file of annotations has and the project has not: all of it, or nothing."""
    done = loop.import_annotations(open_near(project), file, skip_unknown=skip_unknown)
    told = f"{done.kept:,} new annotations kept, {done.known:,} were known"
    if done.skipped:
        told += f", {len(done.skipped):,} are about unknown examples"
    say(asdict(done), told, as_json=as_json)


def agreement(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Say how far people agree, on all labels, on each, and two by two."""
    found_by = loop.agreements(open_near(project))
    scores = [(of, score) for of, found in found_by.items() for score in found]
    rows = [(score.metric, of, number_of(score)) for of, score in scores]
    result = {"scores": [{"of": of, **score.model_dump()} for of, score in scores]}
    say(result, table("How far people agree", ("", "measure", "value"), rows), as_json=as_json)
