"""What people said as a record: its audit, and taking all of it from one copy to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from curation.exceptions import ImportFailedError, ProjectError
from curation.importers.rows import BadRow
from curation.people.annotation_files import read_annotations, write_annotations
from curation.people.audit import Line, trail
from curation.project import Project
from curation.types import Annotation, Example, Split
from studio.stations.importing import reasons
from studio.stations.review import answer


@dataclass(frozen=True)
class Exported:
    """What was written: annotations, those of the exam among them, and reviewers."""

    annotations: int
    exam: int
    reviewers: int


@dataclass(frozen=True)
class Taken:
    """What was read from a file of annotations.

    Attributes
    ----------
    kept, known : int
        Annotations new to the project, and those that were there already.
    skipped : tuple of (line, reason)
        About examples the project does not have.
    """

    kept: int
    known: int
    skipped: tuple[tuple[int, str], ...] = ()


def audit(
    project: Project, example_id: str = "", reviewer: str = "", *, exam: bool = False
) -> Iterator[Line]:
    """Yield who said what, oldest first, and the answer we went with after it.

    Raises
    ------
    ProjectError
        If the project has no such example.
    """
    examples = _examples_of(project, [example_id] if example_id else None)
    if example_id and not examples:
        raise ProjectError(
            f"This project has no example {example_id!r}.",
            where=project.settings.name,
            remedy="`tunesmith examples` lists them with their ids.",
        )
    said = project.store.annotations(example_id or None)
    return trail(said, examples, reviewer=reviewer, exam=exam)


def export_annotations(project: Project, out: Path) -> Exported:
    """Write everything people said, the exam too, to a file that stands alone.

    A backup that left something out would be none.
    """
    said = project.store.annotations()
    examples = _examples_of(project, sorted({a.example_id for a in said}))
    written = write_annotations(said, examples, out)
    exam = sum(examples[a.example_id].split is Split.TEST for a in said)
    return Exported(written, exam, len({a.reviewer for a in said}))


def import_annotations(project: Project, path: Path, *, skip_unknown: bool = False) -> Taken:
    """Take in what a file of annotations has that the project has not: all of it, or nothing.

    Parameters
    ----------
    skip_unknown : bool
        Pass over what is about examples the project does not have.

    Raises
    ------
    ImportFailedError
        If a line does not read, or is about an unknown example; every such line is named.
    """
    rows = list(read_annotations(path))
    bad = [(row.line, row.reason) for row in rows if isinstance(row, BadRow)]
    read = [row for row in rows if not isinstance(row, BadRow)]
    examples = _examples_of(project, sorted({said.example_id for _, said, _ in read}))
    kept = {said.uid: said for said in project.store.annotations()}
    unknown, good, problems = _sorted(project, read, examples, kept)
    bad += problems if skip_unknown else [*problems, *unknown]
    if bad:
        raise _refusal(path, sorted(bad))
    count = answer(project, good)
    return Taken(count, len(good) - count, tuple(unknown))


def _sorted(
    project: Project,
    read: Sequence[tuple[int, Annotation, str]],
    examples: Mapping[str, Example],
    kept: dict[str, Annotation],
) -> tuple[list[tuple[int, str]], list[Annotation], list[tuple[int, str]]]:
    """Return what is about unknown examples, what may be kept, and what is wrong."""
    unknown, good, problems = [], [], []
    for line, said, text in read:
        example = examples.get(said.example_id)
        if example is None:
            unknown.append((line, "The project has no such example."))
        elif reason := _problem(project, said, text, example, kept):
            problems.append((line, reason))
        else:
            kept[said.uid] = said
            good.append(said)
    return unknown, good, problems


def _problem(
    project: Project,
    said: Annotation,
    text: str,
    example: Example,
    kept: Mapping[str, Annotation],
) -> str:
    labels = project.task.labels
    answers = said.action in ("answer", "decide") and said.via != "file"
    if normalize("NFC", example.input) != normalize("NFC", text):  # as ids have it
        return "The project has another text under this id."
    if kept.get(said.uid, said) != said:
        return f"Something else was said under the uid {said.uid!r}."
    if answers and project.task.classifies and labels and said.answer not in labels:
        return f"There is no label called {said.answer!r}."
    return ""


def _refusal(path: Path, bad: list[tuple[int, str]]) -> ImportFailedError:
    unknown = Counter(reason for _, reason in bad)["The project has no such example."]
    remedy = "Mend these lines and read the file again."
    if unknown == len(bad):
        remedy = "Import the texts first, or pass them over with --skip-unknown."
    return ImportFailedError(
        f"{len(bad):,} lines cannot be kept, so nothing was. " + "; ".join(reasons(bad)[:3]),
        where=path.name,
        remedy=remedy,
        rejected=tuple(bad),
    )


def _examples_of(project: Project, ids: Sequence[str] | None) -> dict[str, Example]:
    """Return examples by id, all of them where none are named."""
    found = project.store.examples() if ids is None else project.store.examples(ids=ids)
    return {example.id: example for example in found}
