"""What every command shares: options, tables, progress and finding the project."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from curation.project import (
    Project,
    is_project,
    open_project,
)
from curation.types import Fault, Score

EXIT_WRONG = 1
"""Something the user can mend; the message says what."""


EXIT_NOT_MET = 3
"""The run is fine, the criterion is not met, or drift raised an alert."""


out = Console()
if not out.is_terminal and "COLUMNS" not in os.environ:
    out.width = 200  # in a pipe or a file nobody's window is too narrow


err = Console(stderr=True)


ProjectOption = Annotated[
    Path, typer.Option("--project", "-p", envvar="TUNESMITH_PROJECT", help="The project's folder.")
]


JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and no tables.")]


HERE = Path()


NAMES = {"function", "name", "batch"}
"""Columns of what one types again, which is never broken over lines."""


def open_near(folder: Path) -> Project:
    """Open the project in a folder or in the nearest one above it."""
    resolved = folder.resolve()
    found = next((f for f in (resolved, *resolved.parents) if is_project(f)), resolved)
    return open_project(found)


def say(result: dict[str, Any], table: Group | str, *, as_json: bool) -> None:
    """Print a command's result: one JSON object for scripts, or a table for people."""
    if as_json:
        typer.echo(json.dumps(result, default=str))
    else:
        out.print(table, markup=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Group:
    """Return a titled table; its first column is words, the others are numbers."""
    drawn = Table(box=None, header_style="bold", show_header=any(columns))
    for index, column in enumerate(columns):
        drawn.add_column(
            column, overflow="fold", no_wrap=column in NAMES, justify=("right" if index else "left")
        )
    for row in rows:
        drawn.add_row(*[str(cell) for cell in row])
    return Group(Text(title, style="bold"), drawn)


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on the error stream, so that results can be piped."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=err, transient=True, disable=quiet) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def told(faults: Iterable[Fault]) -> list[str]:
    """Return each way functions broke once, with its line and the rows it was on.

    Examples
    --------
    >>> told([Fault(function="f", example_id=i, error="KeyError: 1", line=4) for i in "ab"])
    ['f, line 4: KeyError: 1 (2 rows, the first is a)']
    """
    alike: dict[tuple[str, int | None, str], list[str]] = {}
    for fault in faults:
        ids = alike.setdefault((fault.function, fault.line, fault.error), [])
        ids += [fault.example_id] if fault.example_id else []
    return [_fault(*broken, ids) for broken, ids in alike.items()]


def _fault(function: str, line: int | None, error: str, ids: Sequence[str]) -> str:
    if not ids:
        return error if function in error else f"{function}: {error}"
    place = f", line {line}" if line else ""
    rows = f"{len(ids):,} rows, the first is" if len(ids) > 1 else "example"
    return f"{function}{place}: {error} ({rows} {ids[0]})"


def number_of(score: Score | None) -> str:
    """Return a score with its interval and n, or why it is undefined."""
    if score is None:
        return ""
    if score.value is None:
        return f"undefined, {score.undefined}"
    interval = f" [{score.low:.3f}, {score.high:.3f}]" if score.low is not None else ""
    return f"{score.value:.3f}{interval} n={score.n}"
