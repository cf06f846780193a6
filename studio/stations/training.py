"""Train: start, follow, cancel and resume runs, each in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from curation import datasets
from curation.exceptions import RunError
from curation.project import Project
from curation.types import (
    DatasetRow,
    RunSpec,
    RunState,
    Split,
    now,
)
from studio.stations.measuring import check_criterion
from training import launcher, runs
from training.estimate import estimate
from training.spec import Value, new_run_id, parameters_of, validate


def start_run(
    project: Project,
    *,
    recipe: str = "lora",
    parameters: Mapping[str, Value] | None = None,
    dataset: str = "",
    base_model: str = "",
    seed: int | None = None,
) -> RunState:
    """Start a run in a process of its own; it goes on whatever becomes of this one.

    Raises
    ------
    DatasetError
        If the rows it would learn from are not those that were frozen.
    RunError
        If there is no dataset, or a parameter or the criterion makes no sense.
    """
    version = dataset or _latest_version(project)
    for split in (Split.TRAIN, Split.VALIDATION):
        datasets.read_rows(project.datasets / version, split)
    spec = draft_run(
        project,
        recipe=recipe,
        parameters=parameters or {},
        dataset=version,
        base_model=base_model,
        seed=seed,
    )
    folder = runs.create_run(project.runs, spec)
    launcher.launch(folder, project.datasets / version)
    return runs.read_state(folder)


def _latest_version(project: Project) -> str:
    found = datasets.versions(project.datasets)
    if not found:
        raise RunError("There is no dataset to train on.", remedy="Freeze one first.")
    return found[-1]


def resume_run(project: Project, run: str) -> RunState:
    """Go on with an interrupted or cancelled run from its last whole checkpoint."""
    folder = run_folder(project, run)
    launcher.resume(folder, project.datasets / runs.read_spec(folder).dataset)
    return runs.read_state(folder)


def cancel_run(project: Project, run: str) -> None:
    """Ask a run to finish its step, save, and stop."""
    runs.cancel_run(run_folder(project, run))


def read_state(project: Project, run: str) -> RunState:
    """Return a run as it stands now."""
    return runs.read_state(run_folder(project, run))


def list_runs(project: Project) -> tuple[RunState, ...]:
    """Return every run as it stands now, newest first."""
    return runs.list_runs(project.runs)


def run_folder(project: Project, run: str) -> Path:
    """Return a run's folder, by its id or `latest`."""
    if run == "latest":
        found = list_runs(project)
        run = found[0].spec.id if found else ""
    folder = project.runs / run
    if Path(run).name != run or not (folder / "spec.json").is_file():
        raise RunError(
            f"There is no run called {run!r}." if run else "There is no run yet.",
            where=project.settings.name,
            remedy="`tunesmith status` lists them.",
        )
    return folder


def estimate_run(project: Project, spec: RunSpec) -> str:
    """Say in a sentence what memory and time a run is likely to take on this machine."""
    manifest = datasets.read_manifest(project.datasets / spec.dataset)
    rows = datasets.read_rows(project.datasets / spec.dataset, Split.TRAIN)
    found = estimate(
        spec.recipe,
        spec.base_model,
        parameters_of(spec),
        manifest.counts.get(Split.TRAIN, 0),
        _tokens_per_row(rows),
        project.runs,
    )
    if found.minutes is None or found.memory_gb is None:
        return found.basis
    room = "" if found.fits else " That is more than is free now."
    return f"About {found.minutes:.0f} min and {found.memory_gb:.1f} GB.{room} {found.basis}"


def _tokens_per_row(rows: Sequence[DatasetRow]) -> float:
    """Guess the mean length of a row: English text has about four characters a token."""
    letters = [sum(len(message.content) for message in row.messages) for row in rows]
    return sum(letters) / max(1, len(letters)) / 4 + 12


def draft_run(
    project: Project,
    *,
    recipe: str,
    parameters: Mapping[str, Value],
    dataset: str,
    base_model: str = "",
    seed: int | None = None,
) -> RunSpec:
    """Return the spec of a run that could be started now, checked.

    Raises
    ------
    RunError
        If the recipe does not know a parameter or a value makes no sense, or the criterion's metric
        does not apply to the task: the run could never be judged.
    """
    spec = RunSpec(
        id=new_run_id(now(), (path.name for path in project.runs.glob("*"))),
        recipe=recipe,
        base_model=base_model or project.settings.base_model,
        dataset=dataset,
        parameters=dict(parameters),
        seed=project.settings.seed if seed is None else seed,
        criterion=project.task.criterion,
    )
    validate(spec)
    check_criterion(project)
    return spec
