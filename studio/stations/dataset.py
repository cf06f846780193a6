"""Freeze: resolve every example and write the next dataset version."""

from __future__ import annotations

from collections.abc import Iterator

from curation import datasets
from curation.project import Project
from curation.resolution import Resolved, resolve
from curation.types import (
    DatasetManifest,
    Probable,
    VoteMatrix,
)
from curation.words import standing_words


def resolve_all(project: Project, matrix: VoteMatrix | None, probable: Probable | None) -> Resolved:
    """Return the answer to every example, and on whose word."""
    return resolve(
        project.store.examples(),
        standing_words(project.store.annotations()),
        probable,
        threshold=project.settings.threshold,
        matrix=matrix,
    )


def plan_dataset(
    project: Project,
    matrix: VoteMatrix | None = None,
    probable: Probable | None = None,
    *,
    drop_overlap: bool = False,
) -> datasets.DatasetPlan:
    """Work out what would be frozen now, what would be left out and what is wrong with it."""
    resolved = resolve_all(project, matrix, probable)
    return datasets.plan_dataset(
        project.task, project.store.examples(), resolved, drop_overlap=drop_overlap
    )


def freeze_dataset(
    project: Project,
    matrix: VoteMatrix | None = None,
    probable: Probable | None = None,
    *,
    drop_overlap: bool = False,
) -> DatasetManifest:
    """Freeze the next dataset version; it names the findings that were closed since the last."""
    revision = project.store.revision()
    plan = plan_dataset(project, matrix, probable, drop_overlap=drop_overlap)
    told = {id_ for manifest in _manifests(project) for id_ in manifest.findings_closed}
    closed = [f.id for f in project.store.findings() if f.closed_by and f.id not in told]
    origin = datasets.Origin(
        revision=revision,
        functions=tuple(function.key for function in matrix.functions) if matrix else (),
        aggregator=probable.aggregator if probable else "",
        threshold=project.settings.threshold,
        findings_closed=tuple(closed),
    )
    return datasets.freeze(project.datasets, plan, origin)


def latest_dataset(project: Project) -> DatasetManifest | None:
    """Return the newest frozen version's manifest."""
    found = datasets.versions(project.datasets)
    return datasets.read_manifest(project.datasets / found[-1]) if found else None


def _manifests(project: Project) -> Iterator[DatasetManifest]:
    versions = datasets.versions(project.datasets)
    return (datasets.read_manifest(project.datasets / version) for version in versions)
