"""The whole product on one page: the verbs of the ring, in the order one uses them.

import → vote → answer → freeze → train → evaluate → browse errors → open a finding → back.
The pages, the command line and `make loop` call these and nothing below them.
"""

from __future__ import annotations

import getpass
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from curation import datasets
from curation.exceptions import EvaluationError, ImportFailedError, RunError
from curation.findings import Action, answered, open_finding, still_open
from curation.importers import IMPORTERS, guess_importer, preview
from curation.importers.mapping import ColumnMapping, guess_mapping, to_examples
from curation.importers.rows import BadRow, RawRow, field_of
from curation.project import Project, change_task
from curation.resolution import Resolved, answers_of_people, resolve, standing_words
from curation.review.queue import QueueItem, asked_by, order_queue
from curation.splits import group_of
from curation.types import (
    Annotation,
    DatasetManifest,
    DatasetRow,
    Deployment,
    Evaluation,
    ExamOpening,
    Example,
    Finding,
    ImportReport,
    Prediction,
    ProbableLabels,
    Request,
    RunSpec,
    RunState,
    RunStatus,
    Split,
    TaskKind,
    VoteMatrix,
    Word,
    example_id,
    fingerprint,
    now,
)
from evaluation import report as scoring
from evaluation.errors import ErrorCase, Neighbour, find_errors, neighbours
from labeling_functions.aggregate import aggregate
from labeling_functions.report import FunctionReport, report
from labeling_functions.source import write_function
from labeling_functions.voting import Catalog, Voter, vote_cached
from monitoring import deployments, drift, harvest, schedule
from monitoring.requests import read_requests
from training import launcher, locks, runs
from training.spec import new_run_id, validate

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""

MOST_LABELS = 150
SEEN_SPLITS = (Split.TRAIN, Split.VALIDATION)
"""The splits labeling functions may see. The exam is not among them."""


def whoami() -> str:
    """Return the name decisions are signed with."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, in some containers
        return "local"


# ── Import ──────────────────────────────────────────────────────────────────────────────────


def import_file(
    project: Project,
    path: Path,
    *,
    importer: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
    skip_bad: bool = False,
    on_row: Callable[[int], None] | None = None,
) -> ImportReport:
    """Read a file into the project, all of it or nothing.

    Parameters
    ----------
    skip_bad : bool
        Keep the good rows and write the others, with their reasons, to `rejects/`.

    Raises
    ------
    ImportFailedError
        If a row does not read; every such row is named and the project is as it was.
    """
    name = importer or guess_importer(path)
    mapping = mapping or suggest_mapping(project, path, name)
    if project.task.kind is TaskKind.CLASSIFY and not project.task.labels:
        project = _learn_labels(project, path, name, mapping, encoding)
    stream = to_examples(
        IMPORTERS[name](path, encoding),
        mapping,
        task=project.task,
        source=path.name,
        seed=project.settings.seed,
        shares=project.settings.shares,
    )
    rejected: list[tuple[int, str]] = []
    good = _good_rows(stream, rejected, path, skip_bad=skip_bad, on_row=on_row)
    done = project.store.add_examples(good)
    report_ = ImportReport(done.added, done.known, tuple(rejected), done.disagreeing, done.by_split)
    if rejected:
        _write_rejects(project, path, rejected)
    return report_


def suggest_mapping(project: Project, path: Path, importer: str | None = None) -> ColumnMapping:
    """Guess, from the first rows, which column is what."""
    seen = preview(path, importer)
    return guess_mapping(seen.columns, seen.rows, project.task.kind)


def _good_rows(
    stream: Iterable[Example | BadRow],
    rejected: list[tuple[int, str]],
    path: Path,
    *,
    skip_bad: bool,
    on_row: Callable[[int], None] | None,
) -> Iterator[Example]:
    """Yield the examples; at the end, refuse the file if rows were bad and none may be."""
    for count, row in enumerate(stream, 1):
        if on_row and count % 500 == 0:
            on_row(count)
        if isinstance(row, BadRow):
            rejected.append((row.line, row.reason))
        else:
            yield row
    if rejected and not skip_bad:
        first = "; ".join(f"line {line}: {reason}" for line, reason in rejected[:3])
        raise ImportFailedError(
            f"{len(rejected)} rows could not be read, so nothing was imported. {first}",
            where=path.name,
            remedy="Mend them, or import again and skip bad rows (--skip-bad).",
            rejected=tuple(rejected),
        )


def _write_rejects(project: Project, path: Path, rejected: Sequence[tuple[int, str]]) -> None:
    folder = project.folder / "rejects"
    folder.mkdir(exist_ok=True)
    lines = (json.dumps({"line": line, "reason": reason}) + "\n" for line, reason in rejected)
    target = folder / f"{now():%Y%m%d-%H%M%S}-{path.name}.jsonl"
    target.write_text("".join(lines), "utf-8")


def _learn_labels(
    project: Project, path: Path, importer: str, mapping: ColumnMapping, encoding: str | None
) -> Project:
    """Take the labels of a new project from its first file, the most frequent first."""
    if mapping.reference is None:
        return project
    rows = IMPORTERS[importer](path, encoding)
    values = (field_of(row.fields, mapping.reference) for row in rows if isinstance(row, RawRow))
    counts = Counter(str(value).strip() for value in values if value not in (None, ""))
    if len(counts) > MOST_LABELS:
        raise ImportFailedError(
            f"The column {mapping.reference!r} has {len(counts)} different values: "
            f"too many to be labels (at most {MOST_LABELS}).",
            where=path.name,
            remedy="Choose another label column, or make this a generate project.",
        )
    return change_task(project, labels=tuple(label for label, _ in counts.most_common()))


# ── Label with functions ────────────────────────────────────────────────────────────────────

_voters: list[Voter] = []


def voter() -> Voter:
    """Return the process's warm voter, started when first asked for."""
    if not _voters:
        _voters.append(Voter())
    return _voters[0]


def list_functions(project: Project) -> Catalog:
    """Return the project's labeling functions, and the files that do not load."""
    return voter().describe(project.functions, project.task.labels)


def seen_examples(project: Project) -> tuple[Example, ...]:
    """Return the examples labeling functions may see: everything but the exam."""
    return tuple(e for split in SEEN_SPLITS for e in project.store.examples(split=split))


def vote(project: Project, on_progress: Progress | None = None) -> VoteMatrix:
    """Run every function whose votes are not up to date, and note what they were made from."""
    examples = seen_examples(project)
    digest = functions_digest(project)
    matrix = vote_cached(
        project.functions,
        project.votes,
        project.task.labels,
        examples,
        voter=voter(),
        on_progress=on_progress and (lambda done, total, _name: on_progress(done, total)),
    )
    note = {
        "digest": digest,
        "examples": len(examples),
        "functions": [function.key for function in matrix.functions],
        "covered": int((matrix.votes >= 0).any(axis=1).sum()) if matrix.functions else 0,
        "faults": len(matrix.faults),
    }
    project.votes.mkdir(exist_ok=True)
    temporary = project.votes / ".current.tmp"
    temporary.write_text(json.dumps(note), "utf-8")
    temporary.replace(project.votes / "current.json")
    return matrix


def try_function(project: Project, code: str) -> VoteMatrix:
    """Let a function that is not saved yet vote on every example functions may see."""
    with TemporaryDirectory() as folder:
        write_function(Path(folder), code)
        labels = project.task.labels
        catalog = voter().describe(Path(folder), labels)
        examples = seen_examples(project)
        votes = voter().vote(Path(folder), labels, examples, catalog.functions)
        return replace(votes, faults=(*catalog.faults, *votes.faults))


def last_votes(project: Project) -> dict[str, object] | None:
    """Return the note the last vote left, or None before the first."""
    path = project.votes / "current.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def functions_digest(project: Project) -> str:
    """Return a hash of the function files and the labels, to see whether votes are stale."""
    files = sorted(project.functions.glob("*.py"))
    return fingerprint(*project.task.labels, *(f.name + f.read_text("utf-8") for f in files))


def add_up(project: Project, matrix: VoteMatrix) -> ProbableLabels | None:
    """Turn votes into probable labels with the project's aggregator; None without functions."""
    if not matrix.functions or not matrix.example_ids:
        return None
    return aggregate(matrix, project.settings.aggregator, seed=project.settings.seed)


def tuning_gold(project: Project) -> dict[str, str]:
    """Return the answers functions may be measured against: those of training examples."""
    examples = project.store.examples(split=Split.TRAIN)
    resolved = resolve(examples, standing_words(project.store.annotations()), None, threshold=1.0)
    return {id_: resolution.answer for id_, resolution in resolved.resolutions.items()}


def judge_functions(project: Project, matrix: VoteMatrix) -> tuple[FunctionReport, ...]:
    """Return how good each function is on training gold."""
    return report(matrix, tuning_gold(project))


# ── Label by hand ───────────────────────────────────────────────────────────────────────────


def review_queue(
    project: Project,
    *,
    split: Split = Split.TRAIN,
    matrix: VoteMatrix | None = None,
    probable: ProbableLabels | None = None,
    size: int = 200,
) -> tuple[QueueItem, ...]:
    """Return what a person should look at next in one split, and why."""
    standing = standing_words(project.store.annotations())
    return order_queue(
        project.store.examples(split=split),
        seen={id_ for id_, said in standing.items() if any(a.via != "file" for a in said)},
        matrix=matrix,
        probable=probable,
        asked=asked_by(project.store.findings(), standing),
        seed=project.settings.seed,
        size=size,
    )


def answer(project: Project, annotations: Iterable[Annotation]) -> int:
    """Keep what people said; return how many decisions were new."""
    kept = project.store.add_annotations(annotations)
    _close_answered_findings(project)
    return kept


def _close_answered_findings(project: Project) -> None:
    findings = still_open(project.store.findings())
    if any(finding.action == "review" for finding in findings):
        waiting = asked_by(findings, standing_words(project.store.annotations()))
        done = answered(findings, waiting)
        project.store.close_findings((finding.id for finding in done), "reviewed")


# ── Freeze ──────────────────────────────────────────────────────────────────────────────────


def resolve_all(
    project: Project, matrix: VoteMatrix | None, probable: ProbableLabels | None
) -> Resolved:
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
    probable: ProbableLabels | None = None,
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
    probable: ProbableLabels | None = None,
    *,
    drop_overlap: bool = False,
) -> DatasetManifest:
    """Freeze the next dataset version; findings that people have answered close with it."""
    revision = project.store.revision()
    plan = plan_dataset(project, matrix, probable, drop_overlap=drop_overlap)
    closed = [f.id for f in project.store.findings() if f.closed_by == "reviewed"]
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


# ── Train ───────────────────────────────────────────────────────────────────────────────────


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


# ── Evaluate ────────────────────────────────────────────────────────────────────────────────


def evaluate_run(
    project: Project,
    run: str,
    split: Split,
    *,
    who: str = "",
    why: str = "",
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Evaluation:
    """Let a run, and the untrained model, answer a split; score both. Imports torch.

    Opening the test split is put on the record before anything is read from it.
    """
    folder = run_folder(project, run)
    state = runs.read_state(folder)
    if state.status is not RunStatus.FINISHED:
        raise EvaluationError(
            f"The run is {state.status.value}: there is nothing to evaluate.", where=folder.name
        )
    if split is Split.TEST:
        opening = ExamOpening(
            run=folder.name, dataset=state.spec.dataset, who=who or whoami(), why=why
        )
        project.store.record_opening(opening)
    with locks.hold(project.runs / "evaluate.lock"):  # two at once would fight over the cores
        return _evaluate(project, state.spec, folder, split, on_progress)


def _evaluate(
    project: Project,
    spec: RunSpec,
    folder: Path,
    split: Split,
    on_progress: Callable[[str, int, int], None] | None,
) -> Evaluation:
    rows = datasets.read_rows(project.datasets / spec.dataset, split)
    manifest = datasets.read_manifest(project.datasets / spec.dataset)
    base = _answers(project, None, spec, rows, split, on_progress)
    tuned = _answers(project, folder, spec, rows, split, on_progress)
    evaluation = scoring.evaluate_run(
        run=folder.name,
        split=split,
        dataset=spec.dataset,
        # judged by what was promised when the run was started, not by today's settings
        task=manifest.task.model_copy(update={"criterion": spec.criterion}),
        rows=rows,
        predictions=tuned,
        baselines={"base model": base},
        majority=_majority(manifest),
    )
    scoring.save(evaluation, folder / f"evaluation-{split.value}.json")
    return evaluation


def _answers(
    project: Project,
    folder: Path | None,
    spec: RunSpec,
    rows: Sequence[DatasetRow],
    split: Split,
    on_progress: Callable[[str, int, int], None] | None,
) -> tuple[Prediction, ...]:
    """Return a model's answers, made once: the untrained model's serve every run on them."""
    from training.predict import predict

    if folder is None:
        key = fingerprint(spec.base_model, *(row.model_dump_json() for row in rows))
        out = project.baselines / key / f"{split.value}.jsonl"
    else:
        out = folder / "predictions" / f"{split.value}.jsonl"
    if out.is_file():
        with out.open(encoding="utf-8") as lines:
            return tuple(Prediction.model_validate_json(line) for line in lines)
    out.parent.mkdir(parents=True, exist_ok=True)
    stage = "base model" if folder is None else folder.name
    return predict(
        folder,
        spec.base_model,
        rows,
        project.task.labels,
        out,
        on_progress=lambda done, total: on_progress(stage, done, total) if on_progress else None,
    )


def _majority(manifest: DatasetManifest) -> str:
    counts = {label: by_split.get(Split.TRAIN, 0) for label, by_split in manifest.labels.items()}
    return max(counts, key=lambda label: counts[label]) if counts else ""


def read_evaluation(project: Project, run: str, split: Split) -> Evaluation | None:
    """Return a run's evaluation on a split, or None when it has not been made."""
    path = project.runs / run / f"evaluation-{split.value}.json"
    return scoring.load(path) if path.is_file() else None


# ── Errors, and back to the data ────────────────────────────────────────────────────────────


def browse_errors(project: Project, run: str) -> tuple[ErrorCase, ...]:
    """Return what a run got wrong on validation. There is no way to ask for the exam."""
    folder = run_folder(project, run)
    spec = runs.read_spec(folder)
    rows = datasets.read_rows(project.datasets / spec.dataset, Split.VALIDATION)
    answers = runs.read_predictions(folder, Split.VALIDATION)
    manifest = datasets.read_manifest(project.datasets / spec.dataset)
    return find_errors(rows, answers, task=manifest.task, split=Split.VALIDATION)


def nearest_training_rows(
    project: Project, run: str, texts: Sequence[str], k: int = 5
) -> list[list[Neighbour]]:
    """Return, for each text, the training rows most like it."""
    spec = runs.read_spec(run_folder(project, run))
    return neighbours(texts, datasets.read_rows(project.datasets / spec.dataset, Split.TRAIN), k)


def report_finding(
    project: Project,
    run: str,
    errors: Sequence[ErrorCase],
    title: str,
    *,
    action: Action = "review",
    note: str = "",
) -> Finding:
    """Open a finding on some errors and name the training examples to work on.

    For a review these are the training examples nearest to the errors, answered or not: the
    errors themselves are held out, and answering them again would teach the model nothing.
    """
    texts = [error.input for error in errors]
    nearest = nearest_candidates(project, texts, errors, k=3) if action == "review" else ()
    finding = open_finding(
        "errors",
        title,
        example_ids=nearest,
        evidence=[error.example_id for error in errors],
        origin=run,
        action=action,
        note=note,
    )
    project.store.add_finding(finding)
    return finding


def nearest_candidates(
    project: Project, texts: Sequence[str], errors: Sequence[ErrorCase], k: int
) -> tuple[str, ...]:
    """Return ids of training examples without a person's answer that are most like the errors."""
    people = answers_of_people(standing_words(project.store.annotations()))
    pool = [e for e in project.store.examples(split=Split.TRAIN) if e.id not in people]
    rows = [_bare_row(e) for e in pool if e.reference is None]
    if not rows or not errors:
        return ()
    found = neighbours(texts, rows, k)
    return tuple(dict.fromkeys(n.row.id for some in found for n in some))


def _bare_row(example: Example) -> DatasetRow:
    """Return an example in the shape `neighbours` compares; it has no answer yet."""
    return DatasetRow(
        id=example.id, messages=(), answer="", word=Word.VOTES, confidence=0, input=example.input
    )


# ── In use ──────────────────────────────────────────────────────────────────────────────────


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
    said = project.store.annotations()
    fresh = {a.example_id for a in said if a.action == "answer" and (not last or a.at > last)}
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
