"""Commands on models: train, evaluate, look at errors."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from curation.exceptions import TunesmithError
from curation.project import Project
from curation.types import Evaluation, RunState, Split
from studio import loop
from studio.commands.terminal import (
    EXIT_NOT_MET,
    EXIT_WRONG,
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
from training.spec import load_preset


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
    seed: Annotated[
        int | None, typer.Option(help="The seed of everything random; else the project's.")
    ] = None,
    resume: Annotated[str, typer.Option(help="Go on with this run.")] = "",
    detach: Annotated[bool, typer.Option(help="Do not wait for the end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a run and watch it; Ctrl+C stops watching, not the run."""
    opened = open_near(project)
    if resume:
        state = loop.resume_run(opened, resume)
    else:
        wanted = asked_for(recipe, base_model, seed, preset)
        wanted["parameters"] |= dict(_parameter(pair) for pair in set_ or ())
        state = loop.start_run(opened, dataset=dataset_version, **wanted)
    if not detach:
        state = watch(opened, state.spec.id, quiet=as_json)
    result = {
        "run": state.spec.id,
        "status": state.status.value,
        "reason": state.reason,
        "steps": state.step,
        "best_loss": state.best_loss,
    }
    say(result, f"{state.spec.id}: {state.status.value} {state.reason}".strip(), as_json=as_json)
    if state.status.value in ("failed", "interrupted"):
        raise typer.Exit(EXIT_WRONG)


def asked_for(recipe: str, base_model: str, seed: int | None, preset: str) -> dict[str, Any]:
    """Return what a run is asked to be: the preset's, but for what the command line names."""
    if not preset:
        return {"recipe": recipe, "base_model": base_model, "seed": seed, "parameters": {}}
    loaded = load_preset(preset)
    return {
        "recipe": loaded.recipe,
        "base_model": base_model or loaded.base_model,
        "seed": loaded.seed if seed is None else seed,
        "parameters": dict(loaded.parameters),
    }


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
    with progress_bar(run, quiet=quiet) as move:
        while True:
            state = loop.read_state(project, run)
            move(state.step, state.total_steps)
            if not state.status.live:
                return state
            time.sleep(0.5)


def cancel(
    run: Annotated[str, typer.Argument(help="A run, or latest.")] = "latest",
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Ask a run to finish its step, save, and stop."""
    opened = open_near(project)
    name = loop.run_folder(opened, run).name
    loop.cancel_run(opened, name)
    say({"run": name}, f"{name} will stop after this step; it can be resumed", as_json=as_json)


def evaluate(
    run: Annotated[str, typer.Argument(help="A run, or latest.")] = "latest",
    project: ProjectOption = HERE,
    split: Annotated[Split, typer.Option(help="validation, or test: the exam.")] = Split.VALIDATION,
    why: Annotated[str, typer.Option(help="Why the exam is opened; kept on record.")] = "",
    who: Annotated[str, typer.Option(help="Who opens it.")] = "",
    per_label: Annotated[bool, typer.Option(help="Every label's scores too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Score a run and its baselines; exit code 3 when the criterion is not met."""
    opened = open_near(project)
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
    say(
        evaluation.model_dump(mode="json"),
        scores_table(evaluation, per_label=per_label),
        as_json=as_json,
    )
    if not as_json:
        out.print(evaluation.verdict.sentence, markup=False)
    if split is Split.VALIDATION:
        _diagnose(opened, folder.name)
    if evaluation.verdict.met is False:
        raise typer.Exit(EXIT_NOT_MET)


def _diagnose(project: Project, run: str) -> None:
    """Look for causes by the way; the scores stand where that cannot be done."""
    try:
        loop.diagnose(project, run)
    except TunesmithError as error:
        err.print(f"Causes were not looked for: {error}", markup=False, highlight=False)


def scores_table(evaluation: Evaluation, *, per_label: bool = False) -> Group:
    """Return a run's scores beside its baselines'."""
    names = list(evaluation.baselines)
    rows = []
    for score in evaluation.scores:
        if "[" in score.metric and not per_label:
            continue
        others = (
            next((s for s in evaluation.baselines[name] if s.metric == score.metric), None)
            for name in names
        )
        rows.append((score.metric, number_of(score), *[number_of(other) for other in others]))
    return table(
        f"{evaluation.run} on {evaluation.split.value} of {evaluation.dataset}",
        ("metric", "tuned", *names),
        rows,
    )


def errors(
    run: Annotated[str, typer.Argument(help="A run, or latest.")] = "latest",
    project: ProjectOption = HERE,
    number: Annotated[int, typer.Option("--number", "-n", help="How many to show.")] = 20,
    finding: Annotated[str, typer.Option(help="Open a finding on 'gold>predicted'.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what a run gets wrong on validation; open a finding on a confusion."""
    opened = open_near(project)
    folder = loop.run_folder(opened, run)
    cases = loop.browse_errors(opened, folder.name)
    if finding:
        gold, _, predicted = finding.partition(">")
        cases = tuple(c for c in cases if c.gold == gold and c.predicted == predicted)
        made = loop.report_finding(opened, folder.name, cases, f"{gold} taken for {predicted}")
        say(
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
    say(
        result,
        table(
            f"{len(cases)} errors on validation", ("text", "gold", "predicted", "confidence"), rows
        ),
        as_json=as_json,
    )
