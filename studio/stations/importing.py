"""Import: read a file into the project, all of it or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from curation.exceptions import ImportFailedError
from curation.importers import IMPORTERS, guess_importer, preview
from curation.importers.mapping import ColumnMapping, guess_mapping, to_examples
from curation.importers.rows import BadRow, RawRow, field_of
from curation.project import Project, change_task
from curation.types import (
    Example,
    ImportReport,
    TaskKind,
    now,
)

MOST_LABELS = 150


def import_file(
    project: Project,
    path: Path,
    *,
    importer: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
    skip_bad: bool = False,
    on_row: Callable[[int], None] | None = None,
) -> ImportReport:
    """Read a file into the project, all of it or nothing.

    Parameters
    ----------
    skip_bad : bool
        Keep the good rows and write the others, with their reasons, to `rejects/`.

    Raises
    ------
    ImportFailedError
        If a row does not read; every such row is named and the project is as it was.
    """
    name = importer or guess_importer(path)
    mapping = mapping or suggest_mapping(project, path, name, encoding)
    if project.task.kind is TaskKind.CLASSIFY and not project.task.labels:
        project = _learn_labels(project, path, name, mapping, encoding)
    stream = to_examples(
        IMPORTERS[name](path, encoding),
        mapping,
        task=project.task,
        source=path.name,
        seed=project.settings.seed,
        shares=project.settings.shares,
    )
    rejected: list[tuple[int, str]] = []
    good = _good_rows(stream, rejected, path, skip_bad=skip_bad, on_row=on_row)
    done = project.store.add_examples(good)
    report_ = ImportReport(done.added, done.known, tuple(rejected), done.disagreeing, done.by_split)
    if rejected:
        _write_rejects(project, path, rejected)
    return report_


def suggest_mapping(
    project: Project, path: Path, importer: str | None = None, encoding: str | None = None
) -> ColumnMapping:
    """Guess, from the first rows, which column is what."""
    seen = preview(path, importer, encoding=encoding)
    return guess_mapping(seen.columns, seen.rows, project.task.kind)


def _good_rows(
    stream: Iterable[Example | BadRow],
    rejected: list[tuple[int, str]],
    path: Path,
    *,
    skip_bad: bool,
    on_row: Callable[[int], None] | None,
) -> Iterator[Example]:
    """Yield the examples; at the end, refuse the file if rows were bad and none may be."""
    for count, row in enumerate(stream, 1):
        if on_row and count % 500 == 0:
            on_row(count)
        if isinstance(row, BadRow):
            rejected.append((row.line, row.reason))
        else:
            yield row
    if rejected and not skip_bad:
        first = "; ".join(f"line {line}: {reason}" for line, reason in rejected[:3])
        raise ImportFailedError(
            f"{len(rejected)} rows could not be read, so nothing was imported. {first}",
            where=path.name,
            remedy="Mend them, or import again and skip bad rows (--skip-bad).",
            rejected=tuple(rejected),
        )


def _write_rejects(project: Project, path: Path, rejected: Sequence[tuple[int, str]]) -> None:
    folder = project.folder / "rejects"
    folder.mkdir(exist_ok=True)
    lines = (json.dumps({"line": line, "reason": reason}) + "\n" for line, reason in rejected)
    target = folder / f"{now():%Y%m%d-%H%M%S}-{path.name}.jsonl"
    target.write_text("".join(lines), "utf-8")


def _learn_labels(
    project: Project, path: Path, importer: str, mapping: ColumnMapping, encoding: str | None
) -> Project:
    """Take the labels of a new project from its first file, the most frequent first."""
    if mapping.reference is None:
        return project
    rows = IMPORTERS[importer](path, encoding)
    values = (field_of(row.fields, mapping.reference) for row in rows if isinstance(row, RawRow))
    counts = Counter(str(value).strip() for value in values if value not in (None, ""))
    if len(counts) > MOST_LABELS:
        raise ImportFailedError(
            f"The column {mapping.reference!r} has {len(counts)} different values: "
            f"too many to be labels (at most {MOST_LABELS}).",
            where=path.name,
            remedy="Choose another label column, or make this a generate project.",
        )
    return change_task(project, labels=tuple(label for label, _ in counts.most_common()))
