"""Import: read a file into the project, all of it or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from secrets import token_hex

from curation.exceptions import ImportFailedError
from curation.importers import IMPORTERS, guess_importer, preview
from curation.importers.mapping import ColumnMapping, guess_mapping, to_examples
from curation.importers.rows import BadRow
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
    stream = read_examples(project, path, name, mapping, encoding)
    rejected: list[tuple[int, str]] = []
    good = _good_rows(stream, rejected, path, skip_bad=skip_bad, on_row=on_row)
    if project.task.kind is not TaskKind.GENERATE and not project.task.labels:
        good = _learning_labels(good, project, path, mapping.reference)
    done = project.store.add_examples(good)
    report_ = ImportReport(done.added, done.known, tuple(rejected), done.disagreeing, done.by_split)
    if rejected:
        _write_rejects(project, path, rejected)
    return report_


def read_examples(
    project: Project,
    path: Path,
    importer: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
) -> Iterator[Example | BadRow]:
    """Yield a file's rows as examples of the project, or why they cannot be; keep nothing."""
    name = importer or guess_importer(path)
    return to_examples(
        IMPORTERS[name](path, encoding),
        mapping or suggest_mapping(project, path, name, encoding),
        task=project.task,
        source=path.name,
        seed=project.settings.seed,
        shares=project.settings.shares,
    )


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
        first = "; ".join(reasons(rejected)[:3])
        raise ImportFailedError(
            f"{len(rejected):,} rows could not be read, so nothing was imported. {first}",
            where=path.name,
            remedy="Mend them, or import again and skip bad rows (--skip-bad).",
            rejected=tuple(rejected),
        )


def reasons(rejected: Iterable[tuple[int, str]]) -> list[str]:
    """Return each reason once, with the first line it is about and how many there are.

    Examples
    --------
    >>> reasons([(2, "No text."), (3, "No label."), (7, "No text.")])
    ['line 2 and 1 more: No text.', 'line 3: No label.']
    """
    lines: dict[str, list[int]] = {}
    for line, reason in rejected:
        lines.setdefault(reason, []).append(line)
    return [
        f"line {first}{f' and {len(others):,} more' * bool(others)}: {reason}"
        for reason, (first, *others) in lines.items()
    ]


def _write_rejects(project: Project, path: Path, rejected: Sequence[tuple[int, str]]) -> None:
    folder = project.folder / "rejects"
    folder.mkdir(exist_ok=True)
    lines = (json.dumps({"line": line, "reason": reason}) + "\n" for line, reason in rejected)
    target = folder / f"{now():%Y%m%d-%H%M%S}-{token_hex(4)}-{path.name}.jsonl"
    draft = target.with_suffix(".tmp")
    draft.write_text("".join(lines), "utf-8")
    draft.replace(target)


def _learning_labels(
    examples: Iterable[Example], project: Project, path: Path, column: str | None
) -> Iterator[Example]:
    """Yield the examples; at the end a new project takes its labels from them, commonest first.

    The settings are written just before the examples are committed, so that a file that fails
    leaves neither.
    """
    counts: Counter[str] = Counter()
    for example in examples:
        counts.update(_labels_in(example, project.task.kind))
        if len(counts) > MOST_LABELS:
            raise ImportFailedError(
                f"The column {column!r} has more than {MOST_LABELS} different values: "
                "too many to be labels.",
                where=path.name,
                remedy="Choose another label column, or make this a generate project.",
            )
        yield example
    if counts:
        change_task(project, labels=tuple(label for label, _ in counts.most_common()))


def _labels_in(example: Example, kind: TaskKind) -> list[str]:
    """Return the labels a gold answer names: itself, or those of its spans."""
    if example.reference is None:
        return []
    if kind is TaskKind.CLASSIFY:
        return [example.reference]
    return [span["label"] for span in json.loads(example.reference)]
