"""In use: what is live, how it is doing, and what its use teaches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curation.exceptions import RunError
from curation.project import Project
from curation.splits import group_of
from curation.types import (
    Deployment,
    Example,
    ImportReport,
    Request,
    RunStatus,
    Split,
    example_id,
    now,
)
from curation.words import answers_of_people, standing_words
from monitoring import deployments, drift, harvest, schedule
from monitoring.requests import read_requests
from studio.stations.reviewers import whoami
from studio.stations.training import list_runs, run_folder
from training import runs


def promote(project: Project, run: str, why: str, who: str = "") -> Deployment:
    """Make a finished run the live one."""
    folder = run_folder(project, run)
    if runs.read_state(folder).status is not RunStatus.FINISHED:
        raise RunError("Only a finished run can be promoted.", where=folder.name)
    done = project.store.deployments()
    line = deployments.promote(done, folder.name, who or whoami(), why)
    project.store.record_deployment(line)
    return line


def roll_back(project: Project, why: str, who: str = "") -> Deployment:
    """Make the run that was live before the live one again."""
    line = deployments.rollback(project.store.deployments(), who or whoami(), why)
    project.store.record_deployment(line)
    return line


def live_run(project: Project) -> str | None:
    """Return the run that is live."""
    return deployments.live(project.store.deployments())


def import_requests(project: Project, path: Path) -> int:
    """Keep a log of requests and answers; return how many were new."""
    return project.store.add_requests(read_requests(path))


def watch_drift(project: Project) -> drift.DriftReport | None:
    """Compare what the live model is asked and answers with its exam; None before both exist."""
    run = live_run(project)
    requests = [r for r in project.store.requests() if r.run in ("", run)]
    path = project.runs / (run or "-") / "predictions" / f"{Split.TEST.value}.jsonl"
    if run is None or not requests or not path.is_file():
        return None
    exam = runs.read_predictions(project.runs / run, Split.TEST)
    return drift.compare(exam, requests, project.task.labels)


def retraining(project: Project) -> schedule.Due:
    """Say whether it is time to train again, by the calendar and by new answers."""
    finished = [s for s in list_runs(project) if s.status is RunStatus.FINISHED and s.ended_at]
    last = max((s.ended_at for s in finished if s.ended_at), default=None)
    people = answers_of_people(standing_words(project.store.annotations()))
    fresh = [said for said in people.values() if not last or said[-1].at > last]
    rhythm = schedule.Rhythm(project.settings.retrain_every, project.settings.retrain_after)
    return schedule.due(rhythm, last, len(fresh), now())


def requests_worth_labelling(project: Project) -> tuple[harvest.Pick, ...]:
    """Return disliked and uncertain requests that are not yet examples, with a reason each."""
    picks = harvest.harvest(project.store.requests())
    ids = [example_id(pick.request.input) for pick in picks]
    known = {example.id for example in project.store.examples(ids=ids)}
    return tuple(pick for pick, id_ in zip(picks, ids, strict=True) if id_ not in known)


def bring_back(project: Project, requests: Sequence[Request]) -> ImportReport:
    """Make training examples of requests, so that they are reviewed and learned from."""
    return project.store.add_examples(
        Example(
            id=example_id(request.input),
            input=request.input,
            source="in use",
            group=group_of(request.input),
            split=Split.TRAIN,
            metadata={"asked": request.at.isoformat(), "answered": request.answer},
        )
        for request in requests
    )
