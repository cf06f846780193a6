"""Build a plan as a real project: store, functions, votes, frozen dataset, a run's answers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faults.authors import people_answer, write_functions
from benchmarks.faults.plants import BROKEN, Plan, Row
from benchmarks.faults.texts import Labelled
from curation import datasets, templates
from curation.embeddings import embed_texts
from curation.project import Project, Settings, create_project, default_task
from curation.splits import assign_split, group_of
from curation.types import (
    Annotation,
    DatasetRow,
    Example,
    Prediction,
    RunSpec,
    Split,
    TaskKind,
    example_id,
)
from labeling_functions.source import write_function
from studio import loop
from training import runs

RUN = "2026-11-30-stand-in"
SHARES = (0.7, 0.3, 0.0)
ENDED = 2_000_000_000
"""A process id that is nobody's: the stand-in is no process."""


def healthy_plan(found: Labelled, seed: int) -> Plan:
    """Return a project without a fault: good functions, and people who answer what they leave."""
    generator = np.random.default_rng(seed)
    split = [assign_split(seed, group_of(text), SHARES) for text in found.texts]
    at = {
        part: [n for n, own in enumerate(split) if own is part]
        for part in (Split.TRAIN, Split.VALIDATION)
    }
    texts, labels = ([column[n] for n in at[Split.TRAIN]] for column in (found.texts, found.labels))
    functions = write_functions(texts, labels)
    covered = [any(f" {k} " in f" {' '.join(text.lower().split())} " for f in functions
                   for k in f.keywords) for text in texts]  # fmt: skip
    answered = set(people_answer(labels, covered, generator))
    train = tuple(
        Row(text, label, label if n in answered else None)
        for n, (text, label) in enumerate(zip(texts, labels, strict=True))
    )
    held = ((found.texts[n], found.labels[n]) for n in at[Split.VALIDATION])
    validation = tuple(Row(text, label, label) for text, label in held)
    return Plan(tuple(sorted(set(found.labels))), train, validation, functions)


def build(plan: Plan, folder: Path, embeddings: Path) -> Project:
    """Build a plan up to a run that has answered validation.

    Parameters
    ----------
    embeddings : Path
        Where embeddings are kept from one project to the next: texts are the same in most.
    """
    templates.TEMPLATES._targets[BROKEN] = "benchmarks.faults.plants:three_words"
    task = default_task(TaskKind.CLASSIFY, plan.labels).model_copy(
        update={"template": plan.template}
    )
    project = create_project(folder, Settings(name="faults", task=task))
    _fill(project, plan)
    if embeddings.is_dir():
        shutil.copytree(embeddings, folder / "embeddings")
    _write(project, plan)
    loop.embed(project)
    shutil.copytree(folder / "embeddings", embeddings, dirs_exist_ok=True)
    matrix = loop.vote(project)
    manifest = loop.freeze_dataset(project, matrix, loop.add_up(project, matrix), drop_overlap=True)
    _answer(project, manifest.version)
    return project


def _fill(project: Project, plan: Plan) -> None:
    """Keep the texts; what is known of training texts was said by a person."""
    rows = [(row, Split.TRAIN) for row in plan.train]
    rows += [(row, Split.VALIDATION) for row in plan.validation]
    project.store.add_examples(_example(row, split) for row, split in rows)
    project.store.add_annotations(
        Annotation(
            uid=f"ann {at}", example_id=example_id(row.text), answer=row.given, reviewer="ann"
        )
        for at, row in enumerate(plan.train)
        if row.given is not None
    )


def _example(row: Row, split: Split) -> Example:
    return Example(
        id=example_id(row.text),
        input=row.text,
        reference=row.given if split is Split.VALIDATION else None,
        source="texts.csv",
        group=group_of(row.text),
        split=split,
    )


def _write(project: Project, plan: Plan) -> None:
    code = "\n\n".join(function.code for function in plan.functions)
    write_function(project.functions, code)


def _answer(project: Project, version: str) -> None:
    """Let a stand-in for a fine-tuned model learn the dataset and answer validation.

    A logistic regression on embeddings of what the model is shown: minutes faster than a language
    model, and wrong for the same reasons, which are in the data.
    """
    folder = runs.create_run(project.runs, _spec(project, version))
    runs.append_event(folder, "end", pid=ENDED, status="finished")
    train, asked = (
        datasets.read_rows(project.datasets / version, split)
        for split in (Split.TRAIN, Split.VALIDATION)
    )
    model = _learn(project, train)
    chances = model.predict_proba(_shown(project, asked))
    lines = [
        _prediction(row, model.classes_, own).model_dump_json() + "\n"
        for row, own in zip(asked, chances, strict=True)
    ]
    (folder / "predictions").mkdir()
    (folder / "predictions" / "validation.jsonl").write_text("".join(lines), "utf-8")


def _spec(project: Project, version: str) -> RunSpec:
    return RunSpec(
        id=RUN,
        recipe="lora",
        base_model=project.settings.base_model,
        dataset=version,
        criterion=project.task.criterion,
    )


def _learn(project: Project, rows: Sequence[DatasetRow]) -> Any:  # noqa: ANN401 - scikit-learn
    from sklearn.linear_model import LogisticRegression

    softness = float(np.clip(30_000 / len(rows), 10, 100))
    model = LogisticRegression(C=softness, max_iter=300, tol=1e-3)
    return model.fit(_shown(project, rows), [row.answer for row in rows])


def _shown(project: Project, rows: Sequence[DatasetRow]) -> Any:  # noqa: ANN401 - an array
    """Return the embeddings of what the model is shown, which is the text unless it was cut."""
    texts = [row.prompt[-1].content for row in rows]
    if texts == [row.input for row in rows]:
        return loop.embed(project).of([row.id for row in rows])
    return np.concatenate(
        [embed_texts(texts[at : at + 2_000]) for at in range(0, len(texts), 2_000)]
    )


def _prediction(row: DatasetRow, labels: Sequence[str], chances: Any) -> Prediction:  # noqa: ANN401
    best = int(chances.argmax())
    return Prediction(
        example_id=row.id,
        answer=str(labels[best]),
        text=str(labels[best]),
        confidence=float(chances[best]),
    )
