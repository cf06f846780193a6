"""Label with functions: run what changed, add the votes up, measure them on training gold."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from curation.columns import Columns, columns_of
from curation.exceptions import FunctionError
from curation.project import Project
from curation.resolution import resolve
from curation.types import (
    Example,
    JsonObject,
    ProbableLabels,
    Split,
    TaskKind,
    VoteMatrix,
    fingerprint,
)
from curation.words import standing_words
from labeling_functions.aggregation.aggregate import aggregate
from labeling_functions.analysis.effect import Effect, effect
from labeling_functions.analysis.report import FunctionReport, report
from labeling_functions.fingerprints import imported
from labeling_functions.history import disabled, unseen
from labeling_functions.resources import Resources
from labeling_functions.source import write_function
from labeling_functions.voting import Booth, Catalog, Voter, describe, vote_cached, vote_on
from studio.stations.resources import resources_of
from studio.stations.reviewers import whoami

TRIED_FIRST = 2_000
"""Rows of the sample unsaved Python is tried on; conditions are tried on ten times as many."""
PATIENCE = 0.2
"""Seconds a trial on all rows may take, by what the sample took."""
Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


SEEN_SPLITS = (Split.TRAIN, Split.VALIDATION)
"""The splits labeling functions may see. The exam is not among them."""


@cache
def voter() -> Voter:
    """Return the process's warm voter, started when first asked for."""
    return Voter()


def engine(project: Project) -> Voter:
    """Return where the project's Python functions vote: in processes here, or on a Ray cluster.

    Raises
    ------
    FunctionError
        On a cluster, if Ray is not installed.
    """
    settings = project.settings
    return voter() if settings.engine == "local" else _cluster(settings.ray_address)


@cache
def _cluster(address: str) -> Voter:
    from labeling_functions.isolation.ray_engine import RayVoter

    return RayVoter(address)


def list_functions(project: Project) -> Catalog:
    """Return the project's labeling functions, and the files that do not load."""
    return describe(voter(), project.functions, project.task.labels, served(project))


def served(project: Project) -> Resources:
    """Return what functions may ask for beyond the text: embeddings, gold, runs, replies."""
    return resources_of(project, lambda: tuning_gold(project))


def seen_examples(project: Project) -> tuple[Example, ...]:
    """Return the examples labeling functions may see: everything but the exam."""
    return tuple(e for split in SEEN_SPLITS for e in project.store.examples(split=split))


def columns(project: Project) -> Columns:
    """Return the project's examples as columns, up to date."""
    return columns_of(project.store, project.columns)


def vote(
    project: Project, on_progress: Progress | None = None, *, again: bool = False
) -> VoteMatrix:
    """Run every function whose votes are not up to date, and note what they were made from.

    Parameters
    ----------
    on_progress : callable, optional
    again : bool
        Let functions that were stopped try once more.

    Raises
    ------
    FunctionError
        If the project's task has no labels to vote for.
    """
    if project.task.kind is not TaskKind.CLASSIFY:
        raise FunctionError(
            "Labeling functions vote for labels, and this project has none to vote for.",
            where=project.settings.name,
            remedy="Review examples by hand, or make a project that classifies.",
        )
    digest, corpus, resources = functions_digest(project), columns(project).corpus, served(project)
    events = project.store.function_events()
    matrix = vote_cached(
        project.functions,
        project.votes,
        project.task.labels,
        corpus,
        voter=engine(project),
        resources=resources,
        without=disabled(events),
        again=again,
        on_progress=on_progress and (lambda done, total, _name: on_progress(done, total)),
    )
    _keep_note(project.votes, _note(digest, matrix, resources))
    if new := unseen(events, matrix.functions, whoami()):
        project.store.record_function_events(new)
    return matrix


def _note(digest: str, matrix: VoteMatrix, resources: Resources) -> JsonObject:
    covered = (matrix.votes >= 0).any(axis=1)
    seen = [(f.rule, resources.seen(f.rule)) for f in matrix.functions if f.rule]
    return {
        "digest": digest,
        "examples": len(matrix.example_ids),
        "functions": [function.key for function in matrix.functions],
        "covered": int(covered.sum()),
        "faults": len(matrix.faults),
        "served": [(rule, had) for rule, had in seen if had],
    }


def votes_are_current(project: Project) -> bool:
    """Return whether the last votes are those the functions would cast now."""
    note, counts = last_votes(project), project.store.count_examples()
    return (
        note is not None
        and note["digest"] == functions_digest(project)
        and note["examples"] == sum(counts[split] for split in SEEN_SPLITS)
        and all(served(project).seen(rule) == had for rule, had in note.get("served", ()))
    )


def _keep_note(folder: Path, note: JsonObject) -> None:
    folder.mkdir(exist_ok=True)
    temporary = folder / f".current.{uuid4().hex}.tmp"  # the app and the terminal may vote at once
    temporary.write_text(json.dumps(note), "utf-8")
    temporary.replace(folder / "current.json")


@dataclass(frozen=True)
class Trial:
    """What functions that are not saved yet say.

    Attributes
    ----------
    matrix : VoteMatrix
        Their votes, on the rows they were tried on; its faults say what does not load.
    rows : int
        How many rows there are in all: more than in `matrix` where only a sample was asked.
    effects : tuple of Effect
        One a function: what it would add to the current votes. Empty without current votes.
    """

    matrix: VoteMatrix
    rows: int
    effects: tuple[Effect, ...] = ()


def try_function(
    project: Project,
    code: str,
    *,
    current: VoteMatrix | None = None,
    everything: bool = False,
) -> Trial:
    """Let functions that are not saved yet vote, on every row where that is quick.

    Functions that say what they do as data vote on all rows when a sample shows that this takes a
    fraction of a second; else, and where Python is among them, the sample's votes are returned. It
    is the same sample each time.

    Parameters
    ----------
    code : str
        Python, as it would be saved in the project's functions folder.
    current : VoteMatrix, optional
        The current votes, to compare with.
    everything : bool
        Vote on all rows, however long that takes.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = write_function(folder, code)
        link_what_it_reads(folder, project.functions, code)
        labels, corpus, resources = project.task.labels, columns(project).corpus, served(project)
        catalog = describe(voter(), folder, labels, resources)
        functions = [f for f in catalog.functions if f.file == file.name]
        booth = Booth(voter(), folder, labels, resources)
        quick = all(function.rule for function in functions)
        rows = (
            None if everything else _sample(len(corpus), 10 * TRIED_FIRST if quick else TRIED_FIRST)
        )
        started = perf_counter()
        matrix = vote_on(booth, functions, corpus if rows is None else corpus.take(rows))
        if rows is not None and quick:
            seconds = (perf_counter() - started) * len(corpus) / len(rows)
            if seconds < PATIENCE:
                rows, matrix = None, vote_on(booth, functions, corpus)
    return Trial(
        replace(matrix, faults=(*catalog.faults, *matrix.faults)),
        len(corpus),
        _effects(matrix, current, rows),
    )


def _sample(rows: int, size: int) -> NDArray[np.int64] | None:
    if rows <= size:
        return None
    return np.sort(np.random.default_rng(rows).choice(rows, size, replace=False))


def link_what_it_reads(folder: Path, functions: Path, code: str) -> None:
    """Put word lists and the modules the code imports beside it, as they are in the project."""
    with suppress(SyntaxError, ValueError):  # told when it is described
        modules = {
            path.relative_to(functions).parts[0] for path in imported(ast.parse(code), functions)
        }
        for path in functions.iterdir():
            wanted = path.name in modules or (
                path.suffix != ".py" and not path.name.startswith(".")
            )
            if wanted and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)


def _effects(
    matrix: VoteMatrix, current: VoteMatrix | None, rows: NDArray[np.int64] | None
) -> tuple[Effect, ...]:
    if current is None:
        return ()
    others = current.votes if rows is None else current.votes[rows]
    if len(others) != len(matrix.votes):  # examples came since
        return ()
    beside = replace(current, example_ids=matrix.example_ids, votes=others)
    return tuple(
        effect(function.name, matrix.votes[:, column], beside)
        for column, function in enumerate(matrix.functions)
    )


def last_votes(project: Project) -> JsonObject | None:
    """Return the note the last vote left; None before the first, or where it does not read."""
    try:
        note: JsonObject = json.loads((project.votes / "current.json").read_bytes())
    except (OSError, ValueError):  # the folder may be deleted or half copied: vote again
        return None
    return note


def functions_digest(project: Project) -> str:
    """Return a hash of what votes depend on: the labels, the functions folder, what is disabled.

    Every file counts, as functions may read word lists and modules beside them; none need be text.
    """
    files = sorted(path for path in project.functions.rglob("*") if _is_read(path))
    contents = (f"{file.name} {sha256(file.read_bytes()).hexdigest()}" for file in files)
    off = sorted(disabled(project.store.function_events()))
    return fingerprint(*project.task.labels, "", *contents, "", *off)


def _is_read(path: Path) -> bool:
    ours = not path.name.startswith(".") and "__pycache__" not in path.parts
    return ours and path.is_file()


def add_up(project: Project, matrix: VoteMatrix) -> ProbableLabels | None:
    """Turn votes into probable labels with the project's aggregator; None without functions.

    It may learn from the gold of training examples; each of those is answered as if it had none.
    """
    if not matrix.functions or not matrix.example_ids:
        return None
    settings = project.settings
    return aggregate(
        matrix,
        settings.aggregator,
        gold=tuning_gold(project),
        seed=settings.seed,
        threshold=settings.threshold,
    )


def tuning_gold(project: Project) -> dict[str, str]:
    """Return the answers functions may be measured against: those of training examples.

    Only examples a person or a later file spoke about are looked at one by one.
    """
    store = project.store
    standing = standing_words(store.annotations())
    spoken = [e for e in store.examples(ids=list(standing)) if e.split is Split.TRAIN]
    resolved = resolve(spoken, standing, None, threshold=1.0)
    gold = {id_: answer for id_, answer in store.references(Split.TRAIN).items() if answer}
    for example in spoken:
        gold.pop(example.id, None)
    return gold | {id_: found.answer for id_, found in resolved.resolutions.items()}


def judge_functions(project: Project, matrix: VoteMatrix) -> tuple[FunctionReport, ...]:
    """Return how good each function is on training gold."""
    return report(matrix, tuning_gold(project))
