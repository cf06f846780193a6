"""Commands on data: make a project, import, freeze and export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curation.exporters import EXPORTERS
from curation.importers.mapping import ColumnMapping
from curation.project import (
    Project,
    Settings,
    create_project,
    default_task,
    parse_labels,
)
from curation.types import Split, TaskKind
from studio import loop
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    err,
    open_near,
    progress_bar,
    say,
    table,
)


def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make it in, new or empty.")],
    kind: Annotated[TaskKind, typer.Option(help="What the model will do.")] = TaskKind.CLASSIFY,
    labels: Annotated[str, typer.Option(help="Labels, by comma; else the first import's.")] = "",
    instruction: Annotated[str, typer.Option(help="What the model is told.")] = "",
    name: Annotated[str, typer.Option(help="The project's name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a new project."""
    task = default_task(kind, parse_labels(labels), instruction)
    settings = Settings(name=name or folder.resolve().name, task=task)
    project = create_project(folder, settings)
    say({"project": str(project.folder)}, f"Made {project.folder}", as_json=as_json)


def import_(
    file: Annotated[Path, typer.Argument(help="The file, or a Hugging Face datasets folder.")],
    project: ProjectOption = HERE,
    text: Annotated[str, typer.Option(help="The column with the text.")] = "",
    label: Annotated[str, typer.Option(help="The column with the gold answer.")] = "",
    split: Annotated[str, typer.Option(help="The column with the split.")] = "",
    group: Annotated[str, typer.Option(help="The column of rows that belong together.")] = "",
    importer: Annotated[
        str, typer.Option("--format", "--importer", help="The file's format, if not by name.")
    ] = "",
    encoding: Annotated[str, typer.Option(help="The text encoding, if not UTF-8.")] = "",
    skip_bad: Annotated[bool, typer.Option(help="Keep good rows, write bad ones aside.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read a file into the project: all of it, or nothing."""
    opened = open_near(project)
    guessed = loop.suggest_mapping(opened, file, importer or None, encoding or None)
    mapping = ColumnMapping(
        text=text or guessed.text,
        reference=label or guessed.reference,
        split=split or guessed.split,
        group=group or guessed.group,
        metadata=guessed.metadata,
    )
    with progress_bar("Reading", quiet=as_json) as move:
        done = loop.import_file(
            opened,
            file,
            importer=importer or None,
            mapping=mapping,
            encoding=encoding or None,
            skip_bad=skip_bad,
            on_row=lambda count: move(count, 0),
        )
    result = {
        "added": done.added,
        "known": done.known,
        "rejected": [{"line": line, "reason": reason} for line, reason in done.rejected],
        "disagreeing": [{"line": line, "example": id_} for line, id_ in done.disagreeing],
        "by_split": {s.value: n for s, n in done.by_split.items()},
    }
    rows = [("new examples", done.added), ("known already", done.known)]
    rows += [(f"  {s.value}", n) for s, n in done.by_split.items()]
    rows += [("rejected", len(done.rejected)), ("gold that disagrees", len(done.disagreeing))]
    say(
        result,
        table(f"{file.name} (text: {mapping.text}, gold: {mapping.reference})", ("", "rows"), rows),
        as_json=as_json,
    )


def dataset(
    project: ProjectOption = HERE,
    plan: Annotated[bool, typer.Option(help="Only say what would be frozen.")] = False,
    drop_overlap: Annotated[bool, typer.Option(help="Leave out rows like held-out ones.")] = False,
    export: Annotated[str, typer.Option(help="Write the newest version in a format.")] = "",
    to: Annotated[Path | None, typer.Option(help="Where to export to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze the next dataset version, or export the newest."""
    opened = open_near(project)
    if export:
        _export(opened, export, to, as_json=as_json)
        return
    matrix, probable = loop.opinions(opened)
    planned = loop.plan_dataset(opened, matrix, probable, drop_overlap=drop_overlap)
    version = "plan"
    if not plan:
        version = loop.freeze_dataset(opened, matrix, probable, drop_overlap=drop_overlap).version
    counts = {split.value: len(rows) for split, rows in planned.rows.items()}
    rows: list[tuple[str, object]] = list(counts.items())
    rows += [(f"left out: {reason}", n) for reason, n in planned.left_out.items()]
    result = {
        "version": version,
        "counts": counts,
        "left_out": planned.left_out,
        "checks": [check.model_dump() for check in planned.checks],
    }
    say(result, table(f"Dataset {version}", ("", "rows"), rows), as_json=as_json)
    for check in planned.checks:
        err.print(
            f"{check.severity}: {check.message}", style="yellow", markup=False, soft_wrap=True
        )


def _export(project: Project, name: str, to: Path | None, *, as_json: bool) -> None:
    from curation import datasets

    manifest = loop.latest_dataset(project)
    if manifest is None:
        raise typer.BadParameter("there is no dataset to export")
    rows = datasets.read_rows(project.datasets / manifest.version, Split.TRAIN)
    target = to or Path(f"{manifest.version}-{name}.{'csv' if name == 'csv' else 'jsonl'}")
    count = EXPORTERS[name](rows, target)
    say({"rows": count, "file": str(target)}, f"{count} training rows in {target}", as_json=as_json)
