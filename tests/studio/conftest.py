"""Projects at several places of the ring, made without torch, and the app to open them in."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation import datasets
from curation.project import Project, open_project
from curation.types import (
    Annotation,
    DatasetRow,
    Evaluation,
    ExamOpening,
    Example,
    Prediction,
    RunSpec,
    Score,
    Split,
    Task,
    Verdict,
    example_id,
)
from evaluation import report as scoring
from studio import loop, samples
from training import runs

ROOT = Path(__file__).parents[2]
RUN, OLDER_RUN = "2026-11-02-brisk-otter", "2026-11-01-calm-heron"
CANARY = "CANARY-gold-of-the-exam"
"""The gold answer of one exam row: it must not be seen anywhere but in the exam."""


def _answer_queue(project: Project, number: int) -> int:
    """Answer the front of the queue the way the sample's author did."""
    with (samples.files("retail") / "answers.csv").open(encoding="utf-8", newline="") as file:
        key = {example_id(row["text"]): row["label"] for row in csv.DictReader(file)}
    loop.vote(project)
    queue = loop.front_of_queue(project, number=10_000)
    ids = [item.example.id for item in queue if item.example.id in key][:number]
    return loop.answer(
        project,
        [
            Annotation(uid=f"test {id_}", example_id=id_, answer=key[id_], reviewer="mia")
            for id_ in ids
        ],
    )


def _freeze(project: Project) -> str:
    """Freeze the next version with the votes as they are."""
    matrix = loop.vote(project) if project.task.labels else None
    probable = loop.add_up(project, matrix) if matrix else None
    return loop.freeze_dataset(project, matrix, probable).version


def _make_run(
    project: Project,
    run: str = RUN,
    *,
    end: str = "finished",
    wrong_every: int = 4,
    reason: str = "",
    evaluated: Sequence[Split] = (Split.VALIDATION, Split.TEST),
) -> str:
    """Write the files a worker and an evaluation would have written."""
    manifest = loop.latest_dataset(project)
    assert manifest is not None
    spec = RunSpec(
        id=run,
        recipe="lora",
        base_model=project.settings.base_model,
        dataset=manifest.version,
        parameters={"max_steps": 6},
        criterion=project.task.criterion,
        created_at=datetime.fromisoformat(run[:10]).replace(tzinfo=UTC),
    )
    folder = runs.create_run(project.runs, spec)
    _write_events(folder, end, reason)
    if end != "finished":
        return run
    (folder / "adapter").mkdir()
    (folder / "predictions").mkdir()
    for split in evaluated:
        rows = datasets.read_rows(project.datasets / manifest.version, split)
        answers = [_answer(manifest.task, row, at, wrong_every) for at, row in enumerate(rows)]
        lines = "".join(answer.model_dump_json() + "\n" for answer in answers)
        (folder / "predictions" / f"{split.value}.jsonl").write_text(lines, "utf-8")
        evaluation = _evaluation(run, split, manifest.version, manifest.task, rows, answers)
        scoring.save(evaluation, folder / f"evaluation-{split.value}.json")
    return run


def _write_events(folder: Path, end: str, reason: str) -> None:
    runs.append_event(folder, "launch", pid=2_000_000_000, process_started=1.0)
    for event, fields in (
        ("start", {}),
        ("stage", {"stage": "waiting"}),
        ("stage", {"stage": "loading the model"}),
        ("stage", {"stage": "encoding the rows"}),
        ("stage", {"stage": "training", "total_steps": 6}),
        ("best", {"best_step": 6, "best_loss": 1.25}),
    ):
        runs.append_event(folder, event, pid=2_000_000_000, **fields)
    for step in range(1, 7):
        pace = {"tokens": 900 * step, "tokens_per_second": 300.0, "seconds_left": 6.0 - step}
        pace |= {"step": step, "seconds": 1.0 * step}
        runs.append_line(folder / runs.METRICS, pace | {"loss": 3.0 / step, "lr": 1e-4})
    runs.append_line(folder / runs.METRICS, pace | {"eval_loss": 1.25})
    (folder / runs.LOG).write_text("INFO the worker speaks\n", "utf-8")
    if end != "interrupted":
        runs.append_event(folder, "end", pid=2_000_000_000, status=end, reason=reason)


def _answer(task: Task, row: DatasetRow, at: int, wrong_every: int) -> Prediction:
    """Return the right answer, or now and then the next label (or half a text)."""
    wrong = at % wrong_every == 0
    answer, odds = row.answer, {}
    if task.labels:
        place = task.labels.index(row.answer)
        answer = task.labels[(place + wrong) % len(task.labels)]
        rest = 0.4 / (len(task.labels) - 1)
        odds = {label: 0.6 if label == answer else rest for label in task.labels}
    elif wrong:
        answer = row.input[: len(row.input) // 2]
    return Prediction(
        example_id=row.id,
        answer=answer,
        text=answer,
        confidence=0.6 + 0.3 * (at % 10) / 10,
        probabilities=odds,
        reference_nll=2.0,
        reference_tokens=4,
    )


def _evaluation(
    run: str,
    split: Split,
    dataset: str,
    task: Task,
    rows: Sequence[DatasetRow],
    answers: Sequence[Prediction],
) -> Evaluation:
    n, metric = len(rows), task.criterion.metric
    right = sum(a.answer == row.answer for a, row in zip(answers, rows, strict=True)) / n
    place = {label: at for at, label in enumerate(task.labels)}
    counts = [[0] * len(place) for _ in place]
    for row, answer in zip(rows, answers, strict=True):
        if place:
            counts[place[row.answer]][place[answer.answer]] += 1

    def score(value: float) -> tuple[Score, ...]:
        known = Score(metric=metric, value=value, low=value - 0.05, high=value + 0.05, n=n)
        return known, Score(metric="perplexity", value=None, n=n, undefined="no tokens")

    return Evaluation(
        run=run,
        split=split,
        dataset=dataset,
        scores=score(right),
        baselines={"base model": score(0.2), "majority class": score(0.15)},
        labels=task.labels,
        confusion=tuple(map(tuple, counts)),
        verdict=Verdict(met=right >= task.criterion.target, sentence=f"{metric} is {right:.3f}."),
    )


def _write_log(path: Path, number: int = 60, *, run: str = "", sure: float = 0.4) -> Path:
    """Write a log of requests and answers."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    lines = [
        {
            "id": f"r{at}",
            "at": (start + timedelta(hours=at)).isoformat(),
            "input": f"Where is parcel number {at}, please?",
            "answer": "complaint",
            "confidence": sure + 0.004 * at,
            "feedback": "disliked" if at % 10 == 0 else "",
            "run": run,
        }
        for at in range(number)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def plant_canary(project: Project) -> Example:
    """Add an exam row whose gold answer is like no other text."""
    text = "Do you sell the canary yellow kettle, the one from the window?"
    example = Example(
        id=example_id(text),
        input=text,
        reference=CANARY,
        source="planted.csv",
        line=2,
        group=text,
        split=Split.TEST,
    )
    project.store.add_examples([example])
    return example


def go_round(project: Project, log: Path) -> None:
    """Take a sample once round the ring, up to a live model with a log of its use."""
    plant_canary(project)
    if project.task.labels:
        _answer_queue(project, 40)
    _freeze(project)
    _make_run(project, OLDER_RUN, wrong_every=3)
    _make_run(project)
    for split in (Split.TEST,):
        opening = ExamOpening(run=RUN, dataset="v0001", who="mia", why=f"to see the {split}")
        project.store.record_opening(opening)
    cases = loop.browse_errors(project, RUN)
    loop.report_finding(project, RUN, cases[:3], "Three wrong answers", note="they look alike")
    loop.promote(project, OLDER_RUN, "the first one", "mia")
    loop.promote(project, RUN, "better on the exam", "mia")
    loop.import_requests(project, _write_log(log))
    project.store.close()


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a maker of project folders to copy: `retail`, `policies`, or either once round."""
    folder = tmp_path_factory.mktemp("made")

    def make(name: str) -> Path:
        sample, _, round_ = name.partition(" ")
        if not (folder / name).is_dir():
            project = samples.open_sample(sample, folder / f".{name}")
            if round_:
                go_round(project, folder / f"{name}.jsonl")
            project.store.close()
            project.folder.rename(folder / name)
        return folder / name

    return make


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder the app looks for projects in; it is empty."""
    folder = tmp_path / "projects"
    folder.mkdir()
    monkeypatch.setenv("TUNESMITH_PROJECTS", str(folder))
    return folder


@pytest.fixture
def copy(projects: Path, _made: Callable[[str], Path]) -> Callable[[str], Project]:
    """Return a maker of projects for the app: a sample, or one `<sample> round` the ring."""

    def make(name: str) -> Project:
        folder = projects / name.partition(" ")[0]
        shutil.copytree(_made(name), folder)
        return open_project(folder)

    return make


@pytest.fixture
def retail(copy: Callable[[str], Project]) -> Project:
    """Return the retail sample as the app opens it: imported, nothing else done."""
    return copy("retail")


@pytest.fixture
def finished(copy: Callable[[str], Project]) -> Project:
    """Return the retail sample once round the ring."""
    return copy("retail round")


@pytest.fixture
def written(copy: Callable[[str], Project]) -> Project:
    """Return the policies sample, which writes texts, once round the ring."""
    return copy("policies round")


@pytest.fixture
def open_page(projects: Path) -> Callable[..., AppTest]:
    """Return a way to open the app on a page, by its title, in a new tab."""

    def at(title: str = "Home", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        page = title.lower().replace(" ", "_")
        return app if title == "Home" else app.switch_page(f"studio/pages/{page}.py").run()

    return at


@pytest.fixture
def write_run() -> Callable[..., str]:
    """Return a way to write the files a worker and an evaluation would have written."""
    return _make_run


@pytest.fixture
def write_log() -> Callable[..., Path]:
    """Return a way to write a log of requests and answers."""
    return _write_log


@pytest.fixture
def answer_queue() -> Callable[[Project, int], int]:
    """Return a way to answer the front of the queue as the sample's author did."""
    return _answer_queue


@pytest.fixture
def freeze() -> Callable[[Project], str]:
    """Return a way to freeze the next version with the votes as they are."""
    return _freeze
