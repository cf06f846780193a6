"""What an answer sheet needs from elsewhere before it is scored: embeddings, own metrics, words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from curation.embeddings import embed_texts
from curation.exceptions import ModelError, RunError
from curation.project import Project
from curation.types import JsonObject, Split, TaskKind
from evaluation.metrics.catalog import CUSTOM, criteria_for, find_metric
from evaluation.sheet import AnswerSheet, OwnValues, Vectors
from labeling_functions.isolation.process import Process

LIMITS = {"memory": 2 << 30, "seconds_to_load": 60.0, "seconds_per_row": 5.0}
SECONDS_PER_ROW = 0.1
"""What a row may take on average; half a minute is always allowed."""
TEXTS_AT_ONCE = 512

Complete = Callable[[AnswerSheet], AnswerSheet]


def own_metrics(project: Project) -> tuple[str, ...]:
    """Return the names of the project's own metrics: the files of its folder `metrics`."""
    found = project.metrics.glob("*.py")
    return tuple(sorted(path.stem for path in found if not path.stem.startswith(("_", "."))))


def criteria(project: Project) -> tuple[str, ...]:
    """Return the scores a run of this project can be judged by, its own metrics last."""
    own = (CUSTOM + name for name in own_metrics(project))
    return (*criteria_for(project.task.kind), *own)


def check_criterion(project: Project) -> None:
    """Refuse a criterion by which a run could never be judged.

    Raises
    ------
    RunError
    """
    task = project.task
    info, name = find_metric(task.criterion.metric)
    known = f"Choose one of {', '.join(criteria(project))}."
    if task.kind not in info.kinds or not info.decides:
        raise RunError(
            f"{name} cannot judge a task of kind {task.kind}.", where="criterion", remedy=known
        )
    if name.startswith(CUSTOM) and name.removeprefix(CUSTOM) not in own_metrics(project):
        raise RunError(
            f"The project has no metric of its own called {name.removeprefix(CUSTOM)!r}.",
            where=str(project.metrics),
            remedy=f"Write {name.removeprefix(CUSTOM)}.py there, or choose another criterion.",
        )


def completion(project: Project, split: Split) -> Complete:
    """Return what completes the sheets of an evaluation; texts are embedded once for all.

    On the exam, what a user's code says when it breaks is not told: it may quote an answer.
    """
    known: dict[str, NDArray[np.float32]] = {}

    def complete(sheet: AnswerSheet) -> AnswerSheet:
        own = _own_values(project, sheet, quiet=split is Split.TEST)
        whole = replace(sheet, own=own, lexicon=_lexicon(project.offensive_words))
        if sheet.task.kind is TaskKind.CLASSIFY or not len(sheet):
            return whole
        return _with_vectors(whole, project.settings.embedding_model, known)

    return complete


def _lexicon(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8-sig").splitlines()) if path.is_file() else ()


def _with_vectors(
    sheet: AnswerSheet, model: str, known: dict[str, NDArray[np.float32]]
) -> AnswerSheet:
    texts = [*sheet.answers_in_words, *sheet.gold_in_words]
    new = [text for text in dict.fromkeys(texts) if text not in known]
    try:
        for start in range(0, len(new), TEXTS_AT_ONCE):
            part = new[start : start + TEXTS_AT_ONCE]
            known.update(zip(part, embed_texts(part, model), strict=True))
    except ModelError as error:
        return replace(sheet, no_vectors=f"because there are no embeddings: {error.what}")
    answers, gold = np.split(np.stack([known[text] for text in texts]), 2)
    return replace(sheet, vectors=Vectors(model, answers, gold))


def _own_values(project: Project, sheet: AnswerSheet, *, quiet: bool) -> tuple[OwnValues, ...]:
    names = own_metrics(project) if len(sheet) else ()
    if not names:
        return ()
    texts = [row.input for row in sheet.rows]
    rows = list(zip(sheet.answers, sheet.gold, texts, strict=True))
    with TemporaryDirectory(prefix="tunesmith-metrics-") as temporary:
        path = Path(temporary) / "rows.json"
        path.write_text(json.dumps(rows), "utf-8")
        job = {
            "job": "measure",
            "folder": str(project.metrics.resolve()),
            "rows": str(path),
            "quiet": quiet,
            "seconds": max(30.0, SECONDS_PER_ROW * len(rows)),
            **LIMITS,
        }
        with Process("studio.measurer") as process:
            return tuple(_measured(process, {**job, "file": f"{n}.py"}, sheet) for n in names)


def _measured(process: Process, job: JsonObject, sheet: AnswerSheet) -> OwnValues:
    values: dict[int, float] = {}
    faults: list[JsonObject] = []
    higher = True
    for event in process.events(job):
        if event["event"] == "value":
            values[event["row"]] = event["value"]
        elif event["event"] == "loaded":
            higher = event["higher_is_better"]
        else:
            faults.append(event)
    name = Path(job["file"]).stem
    if faults:
        return OwnValues(name, (), higher, _in_words(faults, job["file"], sheet))
    return OwnValues(name, tuple(values[at] for at in range(len(sheet))), higher)


def _in_words(faults: list[JsonObject], file: str, sheet: AnswerSheet) -> str:
    """Return what a metric broke on, as a reason: how often, where first, on which line."""
    first = faults[0]
    at = f"metrics/{file}" + (f", line {first['line']}" if first["line"] else "")
    told = f"{at}: {first['error'].rstrip('.')}"
    if not 0 <= first["row"] < len(sheet):
        return f"because it does not load: {told}"
    where = f"on row {first['row'] + 1} ({sheet.rows[first['row']].id})"
    if len(faults) == 1 and first.get("stopped"):
        return f"because it broke {where}, {told}"
    return f"because it broke on {len(faults)} of {len(sheet)} rows, first {where}, {told}"
