"""Commands on labels: let functions vote, answer by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from curation.exceptions import ImportFailedError, ProjectError
from curation.importers.rows import BadRow
from curation.project import (
    Project,
    change_settings,
)
from curation.types import Annotation, Example, Split, TaskKind, fingerprint
from labeling_functions.aggregation.aggregate import AGGREGATORS, AUTO
from studio import loop
from studio.commands import aggregation
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    number_of,
    open_near,
    out,
    progress_bar,
    say,
    table,
    told,
)


def vote(
    project: ProjectOption = HERE,
    aggregator: Annotated[
        str, typer.Option(help="auto, majority, weighted, dawid_skene, ...; kept as setting.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Run the labeling functions that changed, and say how good each is."""
    opened = open_near(project)
    if aggregator:
        if aggregator != AUTO:
            AGGREGATORS.target(aggregator)  # an unknown name is refused before it is kept
        changed = opened.settings.model_copy(update={"aggregator": aggregator})
        opened = change_settings(opened, changed)
    if opened.task.kind is TaskKind.EXTRACT:
        _mark(opened, as_json=as_json)
        return
    with progress_bar("Voting", quiet=as_json) as move:
        matrix = loop.vote(opened, move)
    warnings = aggregation.warnings(matrix)
    reports = loop.judge_functions(opened, matrix)
    rows = [
        (
            r.name,
            f"{r.coverage:.1%}",
            f"{r.overlap:.1%}",
            f"{r.conflict:.1%}",
            number_of(r.precision),
        )
        for r in reports
    ]
    covered = float((matrix.votes >= 0).any(axis=1).mean()) if matrix.functions else 0.0
    result = {
        "coverage": covered,
        "examples": len(matrix.example_ids),
        "faults": len(matrix.faults),
        "warnings": warnings,
        "functions": [
            {
                "name": r.name,
                "coverage": r.coverage,
                "conflict": r.conflict,
                "precision": r.precision.value,
                "n": r.precision.n,
            }
            for r in reports
        ],
    }
    say(
        result,
        table(
            f"{covered:.1%} of {len(matrix.example_ids):,} examples covered",
            ("function", "coverage", "overlap", "conflict", "precision on training gold"),
            rows,
        ),
        as_json=as_json,
    )
    aggregation.warn([*told(matrix.faults), *([] if as_json else warnings)])


def _mark(project: Project, *, as_json: bool) -> None:
    """Let functions mark spans, and say how good each is."""
    votes = loop.mark(project)
    reports = loop.judge_marks(project, votes)
    found = loop.add_up_marks(project, votes)
    result = {
        "examples": len(votes.example_ids),
        "with_spans": len(found),
        "functions": [
            {
                "name": r.name,
                "label": r.label,
                "negative": r.negative,
                "coverage": r.coverage,
                "marks": r.marks,
                "precision": r.precision.value,
                "n": r.precision.n,
            }
            for r in reports
        ],
        "spans": {
            id_: [{**p.span.model_dump(), "probability": p.probability} for p in spans]
            for id_, spans in found.items()
        },
    }
    rows = [
        (r.name, f"{r.coverage:.1%}", f"{r.marks:,}", number_of(r.precision), number_of(r.touching))
        for r in reports
    ]
    shown = table(
        f"Spans in {len(found):,} of {len(votes.example_ids):,} examples",
        ("function", "coverage", "marks", "precision on training gold", "touching"),
        rows,
    )
    say(result, shown, as_json=as_json)
    aggregation.warn(told(votes.faults))


def label(
    project: ProjectOption = HERE,
    answers: Annotated[
        Path | None, typer.Option(help="CSV with text and label: no questions.")
    ] = None,
    split: Annotated[Split, typer.Option(help="Whose examples.")] = Split.TRAIN,
    number: Annotated[int, typer.Option("--number", "-n", help="How many.")] = 30,
    reviewer: Annotated[str, typer.Option(help="Who answers.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Answer the queue in the terminal, or take answers from a file."""
    opened = open_near(project)
    who = reviewer or loop.whoami()
    if answers:
        said, unknown = _answers_from(opened, answers, who)
        kept = loop.answer(opened, said)
        told = f"{kept} new answers kept, {unknown} texts are not in the project"
        say({"kept": kept, "unknown": unknown}, told, as_json=as_json)
        return
    kept = _ask(opened, split, number, who)
    say({"kept": kept}, f"{kept} new answers kept", as_json=as_json)


def _answers_from(project: Project, path: Path, who: str) -> tuple[list[Annotation], int]:
    """Read answers to known examples from a file; return them, and how many texts are unknown."""
    rows = list(loop.read_examples(project, path))
    bad = tuple((row.line, row.reason) for row in rows if isinstance(row, BadRow))
    bad += tuple(
        (row.line or 0, "There is no answer.")
        for row in rows
        if isinstance(row, Example) and row.reference is None
    )
    if bad:
        raise ImportFailedError(
            f"{len(bad)} answers do not read, so none was kept. Line {bad[0][0]}: {bad[0][1]}",
            where=path.name,
            remedy="Mend these rows and read the file again.",
            rejected=bad,
        )
    read = [row for row in rows if isinstance(row, Example)]
    known = {example.id for example in project.store.examples(ids=[row.id for row in read])}
    before: Counter[tuple[str, str | None]] = Counter()
    said = []
    for row in read:
        if row.id in known:
            said.append(_said(row, path, who, before[row.id, row.reference]))
            before[row.id, row.reference] += 1
    return said, len(read) - len(said)


def _said(row: Example, path: Path, who: str, before: int) -> Annotation:
    """Return a row as a decision; the same answer said again later is another decision."""
    again = (str(before),) if before else ()
    uid = fingerprint("answers", path.name, who, row.input, row.reference or "", *again)
    return Annotation(uid=uid, example_id=row.id, answer=row.reference, reviewer=who, via="cli")


def _ask(project: Project, split: Split, number: int, who: str) -> int:
    if project.task.kind is TaskKind.EXTRACT:
        raise ProjectError(
            "Spans cannot be marked in a terminal.",
            where=project.settings.name,
            remedy="Mark them in the app, or in Label Studio.",
        )
    if split is Split.TRAIN and project.task.classifies:
        loop.vote(project)
    queue = loop.review_queue(project, reviewer=who, tab="terminal", split=split, number=number)
    labels, kept = project.task.labels, 0
    out.print("  ".join(f"{i} {label}" for i, label in enumerate(labels, 1)), markup=False)
    for item in queue.cards:
        if item.candidates:
            continue  # which of two is better is asked where both can be seen
        out.print(f"\n{item.example.input}\n({item.reason})", markup=False, highlight=False)
        said = typer.prompt(
            "number or answer, s to skip, q to stop", value_proc=partial(_spoken, labels=labels)
        )
        if said == "q":
            break
        action, given = ("skip", None) if said == "s" else ("answer", said)
        line = Annotation(
            uid=str(uuid4()),
            example_id=item.example.id,
            action=action,
            answer=given,
            reviewer=who,
            via="cli",
            drawn=item.drawn,
        )
        kept += loop.answer(project, [line])
    return kept


def _spoken(said: str, labels: Sequence[str]) -> str:
    """Return the label meant, or the text, or s or q; typer asks again after a bad one."""
    said = said.strip()
    if said.isdigit() and 1 <= int(said) <= len(labels):
        return labels[int(said) - 1]
    if labels and said not in (*labels, "s", "q"):
        raise typer.BadParameter(f"{said!r} is neither a number nor a label")
    return said
