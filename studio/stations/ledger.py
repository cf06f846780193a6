"""The ledger: every action that was taken, and what the next run made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from curation import datasets
from curation.project import Project
from curation.types import DatasetManifest, Finding, RunState, RunStatus, Split
from evaluation.diagnosis.ledger import Trial, judge
from evaluation.sheet import pair
from studio.stations.actions import KIND
from studio.stations.diagnosis import read_diagnosis
from studio.stations.scene import is_wrong
from studio.stations.training import list_runs
from training import runs

State = Literal["open", "waiting", "judged"]


@dataclass(frozen=True)
class Entry:
    """An action, and how it turned out.

    Attributes
    ----------
    finding : Finding
    state : "open", "waiting" or "judged"
        Not acted on yet; acted on, and no run since; judged by a run.
    run : str
        The run that judged it; empty before.
    trial : Trial or None
        None before it is judged, and for actions that only make the score honest.
    sentence : str
        How it stands, in words.
    """

    finding: Finding
    state: State
    run: str
    trial: Trial | None
    sentence: str

    @property
    def outcome(self) -> str:
        """It in two words: worked, did not, cannot tell, waiting, open."""
        if self.state != "judged":
            return self.state
        return self.trial.outcome if self.trial else "done"


def ledger(project: Project) -> tuple[Entry, ...]:
    """Return every action taken on a diagnosis, newest first.

    An action is judged by the first run that learned from a dataset frozen after it was acted on
    and that has answered validation; all that this run judges are corrected together.
    """
    findings = [finding for finding in project.store.findings() if finding.kind == KIND]
    finished = [s for s in list_runs(project) if s.status is RunStatus.FINISHED]
    judges = {finding.id: _judge_of(project, finding, finished) for finding in findings}
    trials = _trials(project, findings, judges)
    return tuple(_entry(project, f, judges[f.id], trials.get(f.id)) for f in findings)


def _judge_of(project: Project, finding: Finding, finished: Sequence[RunState]) -> RunState | None:
    """Return the first run that learned from what an action changed."""
    for state in reversed(finished):
        later = state.spec.created_at > finding.created_at and state.spec.id != finding.origin
        answered = project.runs / state.spec.id / "predictions" / "validation.jsonl"
        frozen = project.datasets / state.spec.dataset
        if later and answered.is_file() and frozen.is_dir() and _acted(project, finding, frozen):
            return state
    return None


def _acted(project: Project, finding: Finding, frozen: Path) -> bool:
    """Return whether an action had been acted on when a dataset was frozen.

    Somebody said so, or answered all it asks; or the facts say so by themselves.
    """
    manifest = datasets.read_manifest(frozen)
    if finding.closed_at is not None and finding.closed_at < manifest.created_at:
        return True
    if finding.action == "function":
        return _was_edited(project, finding, manifest)
    if finding.action == "exclude":
        there = {row.id for row in datasets.read_rows(frozen, Split.TRAIN)}
        return there.isdisjoint(finding.example_ids)
    if finding.action == "template":
        before = datasets.read_manifest(project.datasets / _dataset_of(project, finding.origin))
        return manifest.task.template != before.task.template
    return False


def _was_edited(project: Project, finding: Finding, manifest: DatasetManifest) -> bool:
    names = finding.subject.split(" against ")
    return any(
        event.name in names and finding.created_at < event.at < manifest.created_at
        for event in project.store.function_events()
    )


def _dataset_of(project: Project, run: str) -> str:
    return runs.read_spec(project.runs / run).dataset


def _trials(
    project: Project, findings: Sequence[Finding], judges: Mapping[str, RunState | None]
) -> dict[str, Trial]:
    """Return the trials of the actions that some run judges, by finding."""
    together: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        judging = judges[finding.id]
        if judging is not None and finding.hypothesis is not None:
            together[judging.spec.id].append(finding)
    found: dict[str, Trial] = {}
    for run, judged in together.items():
        hypotheses = [f.hypothesis for f in judged if f.hypothesis is not None]
        before = [answered_right(project, one.run) for one in hypotheses]
        trials = judge(hypotheses, before, answered_right(project, run))
        found |= {f.id: trial for f, trial in zip(judged, trials, strict=True)}
    return found


def answered_right(project: Project, run: str) -> dict[str, bool]:
    """Return which validation rows a run got right, by the gold of its own dataset."""
    folder = project.runs / run
    spec = runs.read_spec(folder)
    manifest = datasets.read_manifest(project.datasets / spec.dataset)
    rows = datasets.read_rows(project.datasets / spec.dataset, Split.VALIDATION)
    sheet = pair(manifest.task, rows, runs.read_predictions(folder, Split.VALIDATION))
    pairs = zip(sheet.predictions, sheet.rows, strict=True)
    return {row.id: not is_wrong(sheet, given, row) for given, row in pairs}


def _entry(
    project: Project, finding: Finding, judging: RunState | None, trial: Trial | None
) -> Entry:
    if judging is None:
        acted = finding.closed_by is not None
        words = "Acted on; the next run will judge it." if acted else "Not acted on yet."
        return Entry(finding, "waiting" if acted else "open", "", None, words)
    words = trial.sentence if trial else _honest(project, finding, judging.spec.id)
    return Entry(finding, "judged", judging.spec.id, trial, words)


def _honest(project: Project, finding: Finding, run: str) -> str:
    """Say whether what flattered the score is gone."""
    diagnosis = read_diagnosis(project, run)
    if diagnosis is None:
        return "The next run was not diagnosed: nobody looked whether it is gone."
    still = any(proposal.cause == finding.cause for proposal in diagnosis.proposals)
    return "It is still there." if still else "It is gone: the score is honest now."
