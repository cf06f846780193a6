"""Diagnose: why a run gets rows wrong, and what to do about it next; kept with the run."""

from __future__ import annotations

from curation.project import Project
from evaluation.diagnosis import record
from evaluation.diagnosis.actions import all_claims, next_actions
from evaluation.diagnosis.explain import explain
from evaluation.diagnosis.record import Diagnosis
from evaluation.diagnosis.scene import Scene
from evaluation.sheet import AnswerSheet
from evaluation.slicing.discover import Discovered, discover
from evaluation.slicing.features import features
from studio.stations.scene import read_scene
from studio.stations.training import run_folder
from training import runs

FILE = "diagnosis.json"
LEAST_SLICE = 20
"""Rows a slice has at least."""


def diagnose(project: Project, run: str) -> Diagnosis:
    """Find why a run got validation rows wrong, and keep it with the run.

    Imports scikit-learn, and may embed what is not embedded yet: call it in a child process.

    Raises
    ------
    EvaluationError
        When the run has not answered validation yet.
    """
    folder = run_folder(project, run)
    scene, sheet, lacking = read_scene(project, folder.name)
    claims = all_claims(scene)
    found = record.record(
        folder.name,
        runs.read_spec(folder).dataset,
        scene,
        next_actions(claims),
        explain(scene, claims),
        _slices(scene, sheet),
        lacking,
    )
    record.save(found, folder / FILE)
    return found


def read_diagnosis(project: Project, run: str) -> Diagnosis | None:
    """Return why a run got rows wrong, or None when nobody has looked yet."""
    path = project.runs / run / FILE
    return record.load(path) if path.is_file() else None


def _slices(scene: Scene, sheet: AnswerSheet) -> tuple[Discovered, ...]:
    asked, extra = scene.asked, dict[str, list[str]]()
    if asked.votes is not None:
        spoken = (asked.votes >= 0).sum(axis=1).tolist()
        extra["functions"] = ["" if count else "nobody votes" for count in spoken]
    found = features(sheet.rows, least=LEAST_SLICE, vectors=asked.vectors, extra=extra)
    return discover(asked.wrong, found, asked.families)
