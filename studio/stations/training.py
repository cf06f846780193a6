"""Train: start, follow, cancel and resume runs, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

from curation import datasets
from curation.exceptions import RunError
from curation.project import Project
from curation.types import (
    RunSpec,
    RunState,
    now,
)
from training import launcher, runs
from training.spec import new_run_id, validate


def start_run(
    project: Project,
    *,
    recipe: str = "lora",
    parameters: dict[str, float | int | str | bool] | None = None,
    dataset: str | None = None,
    base_model: str | None = None,
    seed: int | None = None,
) -> RunState:
    """Start a run in a process of its own; it goes on whatever becomes of this one."""
    version = dataset or _latest_version(project)
    folder = project.datasets / version
    datasets.read_manifest(folder)
    spec = RunSpec(
        id=new_run_id(now(), (path.name for path in project.runs.iterdir())),
        recipe=recipe,
        base_model=base_model or project.settings.base_model,
        dataset=version,
        parameters=parameters or {},
        seed=project.settings.seed if seed is None else seed,
        criterion=project.task.criterion,
    )
    validate(spec)
    run_folder = runs.create_run(project.runs, spec)
    launcher.launch(run_folder, folder)
    return runs.read_state(run_folder)


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
    if not run or not (folder / "spec.json").is_file():
        raise RunError(
            f"There is no run called {run!r}." if run else "There is no run yet.",
            where=project.settings.name,
            remedy="`tunesmith status` lists them.",
        )
    return folder
