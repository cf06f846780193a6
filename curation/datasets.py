"""Freeze resolved examples into an immutable, hashed dataset version; read one back."""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from curation.checks import run_checks
from curation.checks.overlap import overlapping
from curation.exceptions import DatasetError, LeakageError
from curation.resolution import Resolved
from curation.templates import render
from curation.types import (
    CheckResult,
    DatasetManifest,
    DatasetRow,
    Example,
    Split,
    Task,
    TaskKind,
    Word,
    now,
)

VERSION = re.compile(r"v\d{4,}")


@dataclass(frozen=True)
class DatasetPlan:
    """What would be frozen now.

    Attributes
    ----------
    task : Task
    rows : dict of Split to tuple of DatasetRow
    left_out : dict of str to int
        Examples that are not in, by reason.
    checks : tuple of CheckResult
    """

    task: Task
    rows: dict[Split, tuple[DatasetRow, ...]]
    left_out: dict[str, int]
    checks: tuple[CheckResult, ...]

    @property
    def refusals(self) -> tuple[CheckResult, ...]:
        """The check results that forbid freezing."""
        return tuple(check for check in self.checks if check.severity == "refuse")


@dataclass(frozen=True)
class Origin:
    """What a dataset's answers came from, kept in its manifest.

    Attributes
    ----------
    revision : int
        The store's revision when the examples were read.
    functions : tuple of str
        name@fingerprint of every function whose votes counted.
    aggregator : str
    threshold : float
    findings_closed : tuple of str
        Findings this version answers.
    """

    revision: int
    functions: tuple[str, ...] = ()
    aggregator: str = ""
    threshold: float = 1.0
    findings_closed: tuple[str, ...] = ()


def plan_dataset(
    task: Task, examples: Sequence[Example], resolved: Resolved, *, drop_overlap: bool = False
) -> DatasetPlan:
    """Work out what would be frozen, what would be left out and what is wrong with it.

    Held-out splits take only answers people or files stand for: an exam marked by the labeling
    functions would measure how well a model imitates them.
    """
    rows: dict[Split, list[DatasetRow]] = {split: [] for split in Split}
    left_out: Counter[str] = Counter()
    for example in examples:
        reason = _reason_to_leave_out(task, example, resolved)
        if reason:
            left_out[reason] += 1
        else:
            rows[example.split].append(_row(task, example, resolved))
    if drop_overlap:
        leaking = set(overlapping(rows))
        rows[Split.TRAIN] = [row for row in rows[Split.TRAIN] if row.id not in leaking]
        left_out["says the same as a held-out row"] += len(leaking)
    frozen = {split: tuple(some) for split, some in rows.items()}
    return DatasetPlan(task, frozen, dict(+left_out), run_checks(task, frozen))


def _reason_to_leave_out(task: Task, example: Example, resolved: Resolved) -> str:
    resolution = resolved.resolutions.get(example.id)
    if resolution is None:
        return resolved.open.get(example.id, "nobody has said")
    if example.split is not Split.TRAIN and resolution.word is Word.VOTES:
        return "held out, and only functions have said"
    if task.kind is TaskKind.CLASSIFY and resolution.answer not in task.labels:
        return "its answer is not one of the labels"
    if not resolution.answer.strip():
        return "its answer is empty"
    if not example.input.strip():
        return "its input is empty"
    return ""


def _row(task: Task, example: Example, resolved: Resolved) -> DatasetRow:
    resolution = resolved.resolutions[example.id]
    return DatasetRow(
        id=example.id,
        messages=render(task, example.input, resolution.answer),
        answer=resolution.answer,
        word=resolution.word,
        confidence=resolution.confidence,
        sources=resolution.sources,
        input=example.input,
        group=example.group,
        source=example.source,
        metadata=example.metadata,
    )


def freeze(folder: Path, plan: DatasetPlan, origin: Origin) -> DatasetManifest:
    """Write the next version, complete or not at all, and make it read-only.

    Raises
    ------
    LeakageError
        If training rows overlap held-out rows.
    DatasetError
        If there is nothing to train on, or the folder cannot be written.
    """
    if plan.refusals:
        raise LeakageError(plan.refusals[0].message, where=folder.name)
    if not plan.rows[Split.TRAIN]:
        raise DatasetError(
            "There is no training row with an answer.",
            remedy="Run labeling functions or review some examples first.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=".draft-", dir=folder))
        try:
            return _publish(folder, draft, plan, origin)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise DatasetError(
            f"The dataset could not be written: {error.strerror}.",
            where=str(folder),
            remedy="Make room and see that the folder is writable, then freeze again.",
        ) from error


def _publish(folder: Path, draft: Path, plan: DatasetPlan, origin: Origin) -> DatasetManifest:
    for split, rows in plan.rows.items():
        lines = "".join(row.model_dump_json() + "\n" for row in rows)
        (draft / f"{split.value}.jsonl").write_text(lines, "utf-8")
    while True:
        manifest = _describe(folder, draft, plan, origin)
        _make_read_only(draft)
        try:
            draft.rename(folder / manifest.version)  # refuses when another process was first
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        else:
            return manifest


def _describe(folder: Path, draft: Path, plan: DatasetPlan, origin: Origin) -> DatasetManifest:
    """Write card and manifest, those of an earlier attempt aside."""
    for name in ("manifest.json", "card.md"):
        (draft / name).unlink(missing_ok=True)
    manifest = _manifest(folder, plan, origin)
    (draft / "card.md").write_text(_card(manifest), "utf-8")
    hashes = {file.name: _hash(file) for file in sorted(draft.iterdir())}
    manifest = manifest.model_copy(update={"hashes": hashes})
    (draft / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    return manifest


def _make_read_only(draft: Path) -> None:
    for file in draft.iterdir():
        file.chmod(0o444)
    draft.chmod(0o755)


def _manifest(folder: Path, plan: DatasetPlan, origin: Origin) -> DatasetManifest:
    existing = versions(folder)
    parent = existing[-1] if existing else None
    number = int(parent[1:]) + 1 if parent else 1
    return DatasetManifest(
        version=f"v{number:04d}",
        parent=parent,
        created_at=now(),
        task=plan.task,
        revision=origin.revision,
        functions=origin.functions,
        aggregator=origin.aggregator,
        threshold=origin.threshold,
        counts={split: len(rows) for split, rows in plan.rows.items()},
        words=dict(Counter(row.word for row in plan.rows[Split.TRAIN])),
        labels=_labels_by_split(plan),
        left_out=plan.left_out,
        hashes={},
        checks=plan.checks,
        findings_closed=origin.findings_closed,
    )


def _labels_by_split(plan: DatasetPlan) -> dict[str, dict[Split, int]]:
    if plan.task.kind is not TaskKind.CLASSIFY:
        return {}
    counts = {split: Counter(row.answer for row in rows) for split, rows in plan.rows.items()}
    return {
        label: {split: counts[split][label] for split in plan.rows} for label in plan.task.labels
    }


def _hash(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _card(manifest: DatasetManifest) -> str:
    """Return the version's card: what it is, for whoever finds the folder in a year."""
    task = manifest.task
    parts = [
        f"# Dataset {manifest.version}",
        f"{task.kind.value}: {task.instruction}",
        f"Frozen {manifest.created_at:%Y-%m-%d %H:%M} UTC from store revision {manifest.revision}"
        + (f", after {manifest.parent}." if manifest.parent else "."),
        _table("split", {split.value: n for split, n in manifest.counts.items()}),
        _table("training rows on the word of", {w.value: n for w, n in manifest.words.items()}),
        _table("left out because", manifest.left_out),
        f"Votes: {manifest.aggregator or 'none'}, threshold {manifest.threshold:g}, "
        f"{len(manifest.functions)} functions.",
        "\n".join(f"- {check.severity}: {check.message}" for check in manifest.checks),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(heading: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    rows = "\n".join(f"| {name} | {n} |" for name, n in counts.items())
    return f"| {heading} | rows |\n|---|---|\n{rows}"


def versions(folder: Path) -> tuple[str, ...]:
    """Return the frozen versions, oldest first."""
    if not folder.is_dir():
        return ()
    found = (p.name for p in folder.iterdir() if VERSION.fullmatch(p.name))
    return tuple(sorted(found, key=lambda version: int(version[1:])))


def read_manifest(folder: Path) -> DatasetManifest:
    """Read a frozen version's manifest.

    Raises
    ------
    DatasetError
        If there is none.
    """
    try:
        return DatasetManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(
            "This is not a frozen dataset.", where=str(folder), remedy="Freeze one first."
        ) from error


def read_rows(folder: Path, split: Split) -> tuple[DatasetRow, ...]:
    """Read one split of a frozen version, after checking that nobody changed the file.

    Raises
    ------
    DatasetError
        If the file is absent or is not what was frozen.
    """
    manifest = read_manifest(folder)
    path = folder / f"{split.value}.jsonl"
    if not path.is_file() or _hash(path) != manifest.hashes.get(path.name):
        raise DatasetError(
            f"{path.name} is not what was frozen.",
            where=str(folder),
            remedy="Restore the file, or freeze a new version: scores on this one mean nothing.",
        )
    with path.open(encoding="utf-8") as lines:
        return tuple(DatasetRow.model_validate(json.loads(line)) for line in lines)


@dataclass(frozen=True)
class DatasetChange:
    """How one version differs from another, by training row.

    Attributes
    ----------
    added, removed, relabelled : tuple of str
        Example ids.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    relabelled: tuple[str, ...]


def compare_versions(folder: Path, old: str, new: str) -> DatasetChange:
    """Return what changed in training from one version to another."""
    before = {row.id: row.answer for row in read_rows(folder / old, Split.TRAIN)}
    after = {row.id: row.answer for row in read_rows(folder / new, Split.TRAIN)}
    return DatasetChange(
        added=tuple(id_ for id_ in after if id_ not in before),
        removed=tuple(id_ for id_ in before if id_ not in after),
        relabelled=tuple(id_ for id_ in after if before.get(id_, after[id_]) != after[id_]),
    )
