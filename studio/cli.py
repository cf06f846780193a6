"""`tunesmith`: the verbs of the loop for a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from curation.exceptions import ImportFailedError, TunesmithError
from curation.exporters import EXPORTERS
from curation.importers.mapping import ColumnMapping
from curation.project import (
    Project,
    Settings,
    change_settings,
    create_project,
    default_task,
    is_project,
    open_project,
)
from curation.types import Annotation, Evaluation, RunState, Score, Split, TaskKind, fingerprint
from studio import loop
from studio.standing import where_are_we
from studio.stations import label_studio

EXIT_WRONG = 1
"""Something the user can mend; the message says what."""
EXIT_NOT_MET = 3
"""The run is fine, the criterion is not met, or drift raised an alert."""

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
review = typer.Typer(no_args_is_help=True, help="Send examples to people and take answers back.")
app.add_typer(review, name="label-studio")
out = Console()
err = Console(stderr=True)

ProjectOption = Annotated[
    Path, typer.Option("--project", "-p", envvar="TUNESMITH_PROJECT", help="The project's folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and no tables.")]
HERE = Path()


def main() -> None:
    """Run the command line; show the project's own errors in words."""
    try:
        app(standalone_mode=True)
    except TunesmithError as error:
        err.print(str(error), style="red", markup=False, highlight=False)
        if isinstance(error, ImportFailedError):
            for line, reason in error.rejected[3:50]:
                err.print(f"  line {line}: {reason}", markup=False, highlight=False)
        sys.exit(EXIT_WRONG)


def _open(folder: Path) -> Project:
    """Open the project in a folder or in the nearest one above it."""
    resolved = folder.resolve()
    found = next((f for f in (resolved, *resolved.parents) if is_project(f)), resolved)
    return open_project(found)


def _say(result: dict[str, Any], table: Table | str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, default=str))
    else:
        out.print(table, markup=False)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right")
    for row in rows:
        table.add_row(*[str(cell) for cell in row])
    return table


@contextmanager
def _bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
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


def _number(score: Score | None) -> str:
    if score is None:
        return ""
    if score.value is None:
        return f"undefined, {score.undefined}"
    interval = f" [{score.low:.3f}, {score.high:.3f}]" if score.low is not None else ""
    return f"{score.value:.3f}{interval} n={score.n}"


@app.command()
def new(
    folder: Path,
    kind: Annotated[TaskKind, typer.Option(help="What the model will do.")] = TaskKind.CLASSIFY,
    labels: Annotated[str, typer.Option(help="Labels, by comma; else the first import's.")] = "",
    instruction: Annotated[str, typer.Option(help="What the model is told.")] = "",
    name: Annotated[str, typer.Option(help="The project's name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a new project."""
    split = tuple(label.strip() for label in labels.split(",") if label.strip())
    settings = Settings(
        name=name or folder.resolve().name, task=default_task(kind, split, instruction)
    )
    project = create_project(folder, settings)
    _say({"project": str(project.folder)}, f"Made {project.folder}", as_json=as_json)


@app.command("import")
def import_(
    file: Path,
    project: ProjectOption = HERE,
    text: Annotated[str, typer.Option(help="The column with the text.")] = "",
    label: Annotated[str, typer.Option(help="The column with the gold answer.")] = "",
    split: Annotated[str, typer.Option(help="The column with the split.")] = "",
    group: Annotated[str, typer.Option(help="The column of rows that belong together.")] = "",
    importer: Annotated[
        str, typer.Option("--format", help="The file's format, if not by name.")
    ] = "",
    encoding: Annotated[str, typer.Option(help="The text encoding, if not UTF-8.")] = "",
    skip_bad: Annotated[bool, typer.Option(help="Keep good rows, write bad ones aside.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read a file into the project: all of it, or nothing."""
    opened = _open(project)
    guessed = loop.suggest_mapping(opened, file, importer or None)
    mapping = ColumnMapping(
        text=text or guessed.text,
        reference=label or guessed.reference,
        split=split or guessed.split,
        group=group or guessed.group,
        metadata=guessed.metadata,
    )
    with _bar("Reading", quiet=as_json) as move:
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
    _say(
        result,
        _table(
            f"{file.name} (text: {mapping.text}, gold: {mapping.reference})", ("", "rows"), rows
        ),
        as_json=as_json,
    )


@app.command()
def vote(
    project: ProjectOption = HERE,
    aggregator: Annotated[str, typer.Option(help="majority or label_model; kept as setting.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Run the labeling functions that changed, and say how good each is."""
    opened = _open(project)
    if aggregator:
        changed = opened.settings.model_copy(update={"aggregator": aggregator})
        opened = change_settings(opened, changed)
    with _bar("Voting", quiet=as_json) as move:
        matrix = loop.vote(opened, move)
    reports = loop.judge_functions(opened, matrix)
    rows = [
        (r.name, f"{r.coverage:.1%}", f"{r.overlap:.1%}", f"{r.conflict:.1%}", _number(r.precision))
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
    _say(
        result,
        _table(
            f"{covered:.1%} of {len(matrix.example_ids):,} examples covered",
            ("function", "coverage", "overlap", "conflict", "precision on training gold"),
            rows,
        ),
        as_json=as_json,
    )
    for line in faults:
        err.print(line, style="yellow", markup=False)


@app.command()
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
    opened = _open(project)
    who = reviewer or loop.whoami()
    if answers:
        kept = loop.answer(opened, _answers_from(opened, answers, who))
    else:
        kept = _ask(opened, split, number, who)
    _say({"kept": kept}, f"{kept} new answers kept", as_json=as_json)


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


@review.command("push")
def push(
    project: ProjectOption = HERE,
    url: Annotated[str, typer.Option(envvar="LABEL_STUDIO_URL", help="The server.")] = "",
    number: Annotated[int, typer.Option("--number", "-n", help="How many.")] = 100,
    split: Annotated[Split, typer.Option(help="Whose examples.")] = Split.TRAIN,
    as_json: JsonOption = False,
) -> None:
    """Send the front of the queue to Label Studio, with the functions' suggestions."""
    opened = _open(project)
    state = label_studio.push(opened, url=url, number=number, split=split)
    result = {"project": state.project_id, "tasks": len(state.tasks)}
    _say(
        result,
        f"Label Studio project {state.project_id} holds {len(state.tasks)} of our tasks",
        as_json=as_json,
    )


@review.command("pull")
def pull(
    project: ProjectOption = HERE,
    url: Annotated[str, typer.Option(envvar="LABEL_STUDIO_URL", help="The server.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take back what people said in Label Studio since the last time."""
    kept, problems = label_studio.pull(_open(project), url=url)
    for problem in problems:
        err.print(problem, style="yellow", markup=False)
    _say(
        {"kept": kept, "problems": problems},
        f"{kept} new answers from Label Studio",
        as_json=as_json,
    )


@app.command()
def dataset(
    project: ProjectOption = HERE,
    plan: Annotated[bool, typer.Option(help="Only say what would be frozen.")] = False,
    drop_overlap: Annotated[bool, typer.Option(help="Leave out rows like held-out ones.")] = False,
    export: Annotated[str, typer.Option(help="Write the newest version in a format.")] = "",
    to: Annotated[Path | None, typer.Option(help="Where to export to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze the next dataset version, or export the newest."""
    opened = _open(project)
    if export:
        _export(opened, export, to, as_json=as_json)
        return
    matrix = loop.vote(opened) if opened.task.labels else None
    probable = loop.add_up(opened, matrix) if matrix else None
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
    _say(result, _table(f"Dataset {version}", ("", "rows"), rows), as_json=as_json)
    for check in planned.checks:
        err.print(f"{check.severity}: {check.message}", style="yellow", markup=False)


def _export(project: Project, name: str, to: Path | None, *, as_json: bool) -> None:
    from curation import datasets

    manifest = loop.latest_dataset(project)
    if manifest is None:
        raise typer.BadParameter("there is no dataset to export")
    rows = datasets.read_rows(project.datasets / manifest.version, Split.TRAIN)
    target = to or Path(f"{manifest.version}-{name}.{'csv' if name == 'csv' else 'jsonl'}")
    count = EXPORTERS[name](rows, target)
    _say(
        {"rows": count, "file": str(target)}, f"{count} training rows in {target}", as_json=as_json
    )


@app.command()
def train(
    project: ProjectOption = HERE,
    recipe: Annotated[
        str, typer.Option(help="lora, prompt_tuning, prefix_tuning or full.")
    ] = "lora",
    preset: Annotated[str, typer.Option(help="A named set of recipe and parameters.")] = "",
    base_model: Annotated[str, typer.Option(help="bundled:..., a folder or a hub id.")] = "",
    dataset_version: Annotated[
        str, typer.Option("--dataset", help="A version; else the newest.")
    ] = "",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, name=value.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The seed of everything random.")] = 13,
    resume: Annotated[str, typer.Option(help="Go on with this run.")] = "",
    detach: Annotated[bool, typer.Option(help="Do not wait for the end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a run and watch it; Ctrl+C stops watching, not the run."""
    opened = _open(project)
    if resume:
        state = loop.resume_run(opened, resume)
    else:
        parameters: dict[str, Any] = {}
        if preset:
            from training.spec import load_preset

            loaded = load_preset(preset)
            recipe, parameters = loaded.recipe, dict(loaded.parameters)
        parameters |= dict(_parameter(pair) for pair in set_ or ())
        state = loop.start_run(
            opened,
            recipe=recipe,
            parameters=parameters,
            dataset=dataset_version or None,
            base_model=base_model or None,
            seed=seed,
        )
    if not detach:
        state = watch(opened, state.spec.id, quiet=as_json)
    result = {
        "run": state.spec.id,
        "status": state.status.value,
        "reason": state.reason,
        "steps": state.step,
        "best_loss": state.best_loss,
    }
    _say(result, f"{state.spec.id}: {state.status.value} {state.reason}".strip(), as_json=as_json)
    if state.status.value in ("failed", "interrupted"):
        raise typer.Exit(EXIT_WRONG)


def _parameter(pair: str) -> tuple[str, Any]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise typer.BadParameter(f"{pair!r}: write --set name=value")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def watch(project: Project, run: str, *, quiet: bool = False) -> RunState:
    """Show a run's progress until it ends."""
    with _bar(run, quiet=quiet) as move:
        while True:
            state = loop.read_state(project, run)
            move(state.step, state.total_steps)
            if not state.status.live:
                return state
            time.sleep(0.5)


@app.command()
def cancel(run: str, project: ProjectOption = HERE) -> None:
    """Ask a run to finish its step, save, and stop."""
    loop.cancel_run(_open(project), run)


@app.command()
def evaluate(
    run: Annotated[str, typer.Argument(help="A run, or latest.")] = "latest",
    project: ProjectOption = HERE,
    split: Annotated[Split, typer.Option(help="validation, or test: the exam.")] = Split.VALIDATION,
    why: Annotated[str, typer.Option(help="Why the exam is opened; kept on record.")] = "",
    who: Annotated[str, typer.Option(help="Who opens it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Score a run and its baselines; exit code 3 when the criterion is not met."""
    opened = _open(project)
    folder = loop.run_folder(opened, run)
    bars: dict[str, int] = {}
    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=as_json,
    ) as bar:

        def move(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = bar.add_task(stage, total=total)
            bar.update(bars[stage], completed=done)  # type: ignore[arg-type]

        evaluation = loop.evaluate_run(
            opened, folder.name, split, who=who, why=why, on_progress=move
        )
    _say(evaluation.model_dump(mode="json"), scores_table(evaluation), as_json=as_json)
    if not as_json:
        out.print(evaluation.verdict.sentence, markup=False)
    if evaluation.verdict.met is False:
        raise typer.Exit(EXIT_NOT_MET)


def scores_table(evaluation: Evaluation) -> Table:
    """Return a run's scores beside its baselines'."""
    names = list(evaluation.baselines)
    rows = []
    for score in evaluation.scores:
        others = (
            next((s for s in evaluation.baselines[name] if s.metric == score.metric), None)
            for name in names
        )
        rows.append((score.metric, _number(score), *[_number(other) for other in others]))
    return _table(
        f"{evaluation.run} on {evaluation.split.value} of {evaluation.dataset}",
        ("metric", "tuned", *names),
        rows,
    )


@app.command()
def errors(
    run: Annotated[str, typer.Argument(help="A run, or latest.")] = "latest",
    project: ProjectOption = HERE,
    number: Annotated[int, typer.Option("--number", "-n", help="How many to show.")] = 20,
    finding: Annotated[str, typer.Option(help="Open a finding on 'gold>predicted'.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what a run gets wrong on validation; open a finding on a confusion."""
    opened = _open(project)
    folder = loop.run_folder(opened, run)
    cases = loop.browse_errors(opened, folder.name)
    if finding:
        gold, _, predicted = finding.partition(">")
        cases = tuple(c for c in cases if c.gold == gold and c.predicted == predicted)
        made = loop.report_finding(opened, folder.name, cases, f"{gold} taken for {predicted}")
        _say(
            made.model_dump(mode="json"),
            f"Finding {made.id}: {len(made.example_ids)} training examples to review",
            as_json=as_json,
        )
        return
    rows = [
        (c.input[:80], c.gold[:40], c.predicted[:40], f"{c.confidence or 0:.2f}")
        for c in cases[:number]
    ]
    result = {
        "errors": len(cases),
        "cases": [{"id": c.example_id, "gold": c.gold, "predicted": c.predicted} for c in cases],
    }
    _say(
        result,
        _table(
            f"{len(cases)} errors on validation", ("text", "gold", "predicted", "confidence"), rows
        ),
        as_json=as_json,
    )


@app.command()
def promote(
    run: str,
    why: Annotated[str, typer.Option(help="Why.")],
    project: ProjectOption = HERE,
    who: str = "",
    as_json: JsonOption = False,
) -> None:
    """Make a run the live one."""
    line = loop.promote(_open(project), run, why, who)
    _say(line.model_dump(mode="json"), f"{line.run} is live", as_json=as_json)


@app.command()
def rollback(
    why: Annotated[str, typer.Option(help="Why.")],
    project: ProjectOption = HERE,
    who: str = "",
    as_json: JsonOption = False,
) -> None:
    """Make the run that was live before the live one again."""
    line = loop.roll_back(_open(project), why, who)
    _say(line.model_dump(mode="json"), f"{line.run} is live again", as_json=as_json)


@app.command()
def drift(
    project: ProjectOption = HERE,
    log: Annotated[Path | None, typer.Option(help="Import this request log first.")] = None,
    bring_back: Annotated[int, typer.Option(help="Make examples of so many requests.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Compare the model's use with its exam; exit code 3 on an alert."""
    opened = _open(project)
    added = loop.import_requests(opened, log) if log else 0
    chosen = loop.requests_worth_labelling(opened)[:bring_back]
    back = loop.bring_back(opened, [item.request for item in chosen]).added if chosen else 0
    report = loop.watch_drift(opened)
    sentence = (
        report.sentence
        if report
        else "Nothing to compare: promote a run that sat the exam, and import a log."
    )
    result = {
        "new_requests": added,
        "brought_back": back,
        "alert": bool(report and report.alert),
        "sentence": sentence,
    }
    _say(result, sentence, as_json=as_json)
    if report and report.alert:
        raise typer.Exit(EXIT_NOT_MET)


@app.command()
def status(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Say where the project stands, and the next best minute of work."""
    opened = _open(project)
    standing = where_are_we(opened)
    rows = [(s.page, s.count, s.freshness.value, s.note) for s in standing.stations]
    step = standing.next_step
    result = {
        "stations": {
            s.page: {"count": s.count, "state": s.freshness.value, "note": s.note}
            for s in standing.stations
        },
        "next": {"page": step.page, "label": step.label, "why": step.why},
        "runs": [{"run": s.spec.id, "status": s.status.value} for s in loop.list_runs(opened)],
        "alerts": list(standing.alerts),
    }
    _say(result, _table(opened.settings.name, ("", "", "", ""), rows), as_json=as_json)
    if not as_json:
        out.print(f"Next: {step.label} ({step.page}). {step.why}", markup=False)


@app.command("app")
def app_(
    folder: Annotated[Path, typer.Argument(help="Where projects are kept.")] = Path("projects"),
    port: Annotated[int, typer.Option(help="The port on this machine.")] = 8501,
) -> None:
    """Open the app in the browser."""
    script = Path(__file__).resolve().parent.parent / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = os.environ | {"TUNESMITH_PROJECTS": str(folder.resolve())}
    raise typer.Exit(subprocess.call(command, cwd=script.parent, env=environment))


if __name__ == "__main__":
    main()
