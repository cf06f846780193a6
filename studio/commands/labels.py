"""Commands on labels: let functions vote, answer by hand, use Label Studio."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from curation.exceptions import ImportFailedError
from curation.project import (
    Project,
    change_settings,
)
from curation.types import Annotation, Split, fingerprint
from studio import loop
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    err,
    number_of,
    open_near,
    out,
    progress_bar,
    say,
    table,
)
from studio.stations import label_studio


def vote(
    project: ProjectOption = HERE,
    aggregator: Annotated[str, typer.Option(help="majority or label_model; kept as setting.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Run the labeling functions that changed, and say how good each is."""
    opened = open_near(project)
    if aggregator:
        changed = opened.settings.model_copy(update={"aggregator": aggregator})
        opened = change_settings(opened, changed)
    with progress_bar("Voting", quiet=as_json) as move:
        matrix = loop.vote(opened, move)
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
    faults = [f"{fault.function}: {fault.error}" for fault in matrix.faults[:10]]
    covered = float((matrix.votes >= 0).any(axis=1).mean()) if matrix.functions else 0.0
    result = {
        "coverage": covered,
        "examples": len(matrix.example_ids),
        "faults": len(matrix.faults),
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
    for line in faults:
        err.print(line, style="yellow", markup=False)


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
        kept = loop.answer(opened, _answers_from(opened, answers, who))
    else:
        kept = _ask(opened, split, number, who)
    say({"kept": kept}, f"{kept} new answers kept", as_json=as_json)


def _answers_from(project: Project, path: Path, who: str) -> list[Annotation]:
    """Read answers to known examples from a file of texts and labels."""
    from curation.importers import IMPORTERS, guess_importer
    from curation.importers.rows import RawRow
    from curation.types import example_id

    mapping = loop.suggest_mapping(project, path)
    said = []
    for row in IMPORTERS[guess_importer(path)](path):
        if not isinstance(row, RawRow) or mapping.reference is None:
            raise ImportFailedError(
                "The answers do not read.", where=f"{path.name}, line {row.line}"
            )
        text, answer = str(row.fields[mapping.text]), str(row.fields[mapping.reference])
        uid = fingerprint("answers", path.name, who, text, answer)
        said.append(
            Annotation(uid=uid, example_id=example_id(text), answer=answer, reviewer=who, via="cli")
        )
    known = {e.id for e in project.store.examples(ids=[a.example_id for a in said])}
    return [a for a in said if a.example_id in known]


def _ask(project: Project, split: Split, number: int, who: str) -> int:
    matrix = loop.vote(project) if split is Split.TRAIN and project.task.labels else None
    probable = loop.add_up(project, matrix) if matrix else None
    queue = loop.review_queue(project, split=split, matrix=matrix, probable=probable, size=number)
    labels, kept = project.task.labels, 0
    out.print("  ".join(f"{i} {label}" for i, label in enumerate(labels, 1)), markup=False)
    for item in queue:
        out.print(f"\n{item.example.input}\n({item.reason})", markup=False, highlight=False)
        said = typer.prompt("number or answer, s to skip, q to stop").strip()
        if said == "q":
            break
        action, given = ("skip", None) if said == "s" else ("answer", _spoken(said, labels))
        line = Annotation(
            uid=str(uuid4()),
            example_id=item.example.id,
            action=action,
            answer=given,
            reviewer=who,
            via="cli",
        )
        kept += loop.answer(project, [line])
    return kept


def _spoken(said: str, labels: Sequence[str]) -> str:
    if said.isdigit() and 1 <= int(said) <= len(labels):
        return labels[int(said) - 1]
    if labels and said not in labels:
        raise typer.BadParameter(f"{said!r} is neither a number nor a label")
    return said


def push(
    project: ProjectOption = HERE,
    url: Annotated[str, typer.Option(envvar="LABEL_STUDIO_URL", help="The server.")] = "",
    number: Annotated[int, typer.Option("--number", "-n", help="How many.")] = 100,
    split: Annotated[Split, typer.Option(help="Whose examples.")] = Split.TRAIN,
    as_json: JsonOption = False,
) -> None:
    """Send the front of the queue to Label Studio, with the functions' suggestions."""
    opened = open_near(project)
    state = label_studio.push(opened, url=url, number=number, split=split)
    result = {"project": state.project_id, "tasks": len(state.tasks)}
    say(
        result,
        f"Label Studio project {state.project_id} holds {len(state.tasks)} of our tasks",
        as_json=as_json,
    )


def pull(
    project: ProjectOption = HERE,
    url: Annotated[str, typer.Option(envvar="LABEL_STUDIO_URL", help="The server.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take back what people said in Label Studio since the last time."""
    kept, problems = label_studio.pull(open_near(project), url=url)
    for problem in problems:
        err.print(problem, style="yellow", markup=False)
    say(
        {"kept": kept, "problems": problems},
        f"{kept} new answers from Label Studio",
        as_json=as_json,
    )
