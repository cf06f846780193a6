"""A project's own metrics run in a limited process, and what they break on is told in words."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.exceptions import RunError
from curation.project import Project, Settings, change_task, create_project, default_task
from curation.types import Criterion, DatasetRow, Message, Prediction, Split, Task, TaskKind, Word
from evaluation.metrics import METRICS
from evaluation.report import BASE_MODEL, evaluate_run
from evaluation.sheet import AnswerSheet
from studio import loop
from studio.stations import measuring
from studio.stations.measuring import completion, criteria, own_metrics

ANSWERS = ["Please wait.", "No.", "Please call us.", "We pay on 5 May."] * 5
POLITE = '''"""How many of the first words are polite."""


def score(answer, reference, text):
    return "please" in answer.lower()
'''


def sheet_of(answers: list[str], task: Task) -> AnswerSheet:
    rows = tuple(
        DatasetRow(
            id=f"row{at}",
            messages=(
                Message(role="user", content="hi"),
                Message(role="assistant", content="Please wait."),
            ),
            answer="Please wait.",
            word=Word.GOLD,
            confidence=1,
            input=f"question {at}",
        )
        for at in range(len(answers))
    )
    given = (
        Prediction(example_id=row.id, answer=answer, text=answer)
        for row, answer in zip(rows, answers, strict=True)
    )
    return AnswerSheet(task, rows, tuple(given))


@pytest.fixture
def writing(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project that writes, whose texts are embedded by a hash: the model has its own."""

    def embed(texts: list[str], _model: str) -> Any:
        rows = [np.random.default_rng(abs(hash(text))).normal(size=8) for text in texts]
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)

    monkeypatch.setattr(measuring, "embed_texts", embed)
    task = project.task.model_copy(update={"kind": TaskKind.GENERATE, "labels": ()})
    settings = project.settings.model_copy(update={"task": task})
    return replace(project, settings=settings)


@pytest.fixture
def save(writing: Project) -> Callable[[str, str], Path]:
    def save(name: str, code: str) -> Path:
        writing.metrics.mkdir(exist_ok=True)
        path = writing.metrics / f"{name}.py"
        path.write_text(code, "utf-8")
        return path

    return save


def test_ten_lines_of_python_are_a_metric_with_an_interval(
    writing: Project, save: Callable[[str, str], Path]
) -> None:
    save("polite", POLITE)
    save(
        "brevity",
        "higher_is_better = False\n\n"
        "def score(answer, reference, text):\n    return len(answer) / len(reference)\n",
    )
    assert own_metrics(writing) == ("brevity", "polite")
    assert criteria(writing)[-2:] == ("custom.brevity", "custom.polite")
    sheet = completion(writing, Split.VALIDATION)(sheet_of(ANSWERS, writing.task))
    brevity, polite = METRICS["custom"]().scores(sheet)
    assert (polite.metric, polite.value, polite.n) == ("custom.polite", 0.5, 20)
    assert 0.2 < polite.low < 0.5 < polite.high < 0.8
    assert brevity.value == pytest.approx(np.mean([len(a) / 12 for a in ANSWERS]))
    assert brevity.low < brevity.value < brevity.high
    assert (brevity.higher_is_better, polite.higher_is_better) == (False, True)
    assert sheet.vectors is not None
    assert sheet.vectors.answers.shape == (20, 8)


FAULTS = {
    "raises": (
        "def score(answer, reference, text):\n    return 1 / (answer != 'No.')",
        r"because it broke on 5 of 20 rows, first on row 2 \(row1\), "
        r"metrics/broken\.py, line 2: ZeroDivisionError: division by zero",
    ),
    "nan": (
        "\ndef score(answer, reference, text):\n    return float('nan')",
        r"broke on 20 of 20 rows, first on row 1 \(row0\), metrics/broken\.py, line 2: "
        r"It returned nan, which is no number to go on with",
    ),
    "type": (
        "def score(answer, reference, text):\n    return answer",
        r"line 1: It returned a str, where a number or a bool is expected",
    ),
    "endless": (
        "def score(answer, reference, text):\n    while answer == 'No.': pass\n    return 1",
        r"because it broke on row 2 \(row1\), metrics/broken\.py, line 2: "
        r"It took longer than 1 s to score one row and was stopped",
    ),
    "leaves": (
        "import os\ndef score(answer, reference, text):\n    os._exit(3)",
        r"broke on row 1 \(row0\), metrics/broken\.py, line 3: It ended its process with exit code",
    ),
    "memory": (
        "def score(answer, reference, text):\n    return len([bytes(1 << 26) for _ in range(99)])",
        r"broke on row 1 \(row0\), metrics/broken\.py.*MemoryError",
    ),
    "syntax": (
        "def score(answer, reference, text) return 1",
        r"because it does not load: metrics/broken\.py, line 1: SyntaxError",
    ),
    "absent": ("x = 1", r"does not load: metrics/broken\.py: It has no function score\(answer"),
    "slow to load": (
        "while True: pass",
        r"does not load: metrics/broken\.py, line 1: It took longer than 1 s to load",
    ),
    "arguments": (
        "def score(answer):\n    return 1",
        r"broke on 20 of 20 rows.*TypeError: score\(\) takes 1 positional argument but 3 were",
    ),
}


@pytest.mark.parametrize(("code", "words"), FAULTS.values(), ids=FAULTS)
def test_what_it_breaks_on_is_told_with_row_and_line(
    code: str,
    words: str,
    writing: Project,
    save: Callable[[str, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = {"memory": 1 << 30, "seconds_to_load": 1.0, "seconds_per_row": 1.0}
    monkeypatch.setattr(measuring, "LIMITS", limits)
    save("broken", code)
    save("polite", POLITE)
    complete = completion(writing, Split.VALIDATION)
    broken, polite = METRICS["custom"]().scores(complete(sheet_of(ANSWERS, writing.task)))
    assert broken.value is None
    assert re.search(words, broken.undefined), broken.undefined
    assert polite.value == 0.5


def test_on_the_exam_a_fault_does_not_quote(
    writing: Project, save: Callable[[str, str], Path]
) -> None:
    save("broken", "def score(answer, reference, text):\n    raise ValueError(reference)")
    said = {}
    for split in (Split.VALIDATION, Split.TEST):
        sheet = completion(writing, split)(sheet_of(ANSWERS, writing.task))
        said[split] = sheet.own[0].fault
    assert "ValueError: Please wait" in said[Split.VALIDATION]
    assert "ValueError" in said[Split.TEST]
    assert "Please wait" not in said[Split.TEST]


def test_it_cannot_write_and_sees_no_key(
    writing: Project, save: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNESMITH_LLM_KEY", "secret")
    save("nosy", "import os\ndef score(*row):\n    return 'TUNESMITH_LLM_KEY' in os.environ")
    path = writing.folder / "stolen.txt"
    code = f"def score(answer, *_):\n    with open({str(path)!r}, 'w') as f: f.write(answer)\n"
    save("thief", code)
    sheet = completion(writing, Split.VALIDATION)(sheet_of(ANSWERS, writing.task))
    nosy, thief = sheet.own
    assert set(nosy.values) == {0.0}
    assert "OSError: [Errno 27] File too large" in thief.fault
    assert path.read_text() == ""


def test_it_can_be_what_a_run_is_judged_by(
    writing: Project, save: Callable[[str, str], Path]
) -> None:
    save("terse", "higher_is_better = False\ndef score(answer, *_):\n    return len(answer)\n")
    criterion = Criterion(metric="custom.terse", target=10, minimum_gain=1)
    task = writing.task.model_copy(update={"criterion": criterion})
    sheet, base = sheet_of(["No."] * 20, task), sheet_of(ANSWERS, task)
    found = evaluate_run(
        run="r",
        split=Split.VALIDATION,
        dataset="v0001",
        task=task,
        rows=sheet.rows,
        predictions=sheet.predictions,
        baselines={BASE_MODEL: base.predictions},
        complete=completion(writing, Split.VALIDATION),
    )
    assert found.verdict.met is True
    gain = next(d for d in found.differences if d.against == BASE_MODEL)
    assert gain.value == pytest.approx(np.mean([len(a) for a in ANSWERS]) - 3)
    assert (gain.verdict, gain.metric) == ("better", "custom.terse")


def test_one_that_breaks_cannot_judge_and_is_told(
    writing: Project, save: Callable[[str, str], Path]
) -> None:
    save("broken", "def score(*_):\n    raise KeyError('x')\n")
    criterion = Criterion(metric="custom.broken", target=10)
    task = writing.task.model_copy(update={"criterion": criterion})
    sheet = sheet_of(ANSWERS, task)
    found = evaluate_run(
        run="r",
        split=Split.VALIDATION,
        dataset="v0001",
        task=task,
        rows=sheet.rows,
        predictions=sheet.predictions,
        baselines={BASE_MODEL: sheet.predictions},
        complete=completion(writing, Split.VALIDATION),
    )
    assert found.verdict.met is None
    assert "metrics/broken.py, line 2: KeyError: 'x'" in found.verdict.sentence
    assert {d.undefined for d in found.differences} == {"because one of the two has no value"}


def test_a_criterion_that_is_no_file_is_refused(
    writing: Project, save: Callable[[str, str], Path]
) -> None:
    criterion = Criterion(metric="custom.polite", target=0.5)
    project = change_task(writing, criterion=criterion.model_dump())
    with pytest.raises(RunError, match=r"no metric of its own called 'polite'"):
        measuring.check_criterion(project)
    save("polite", POLITE)
    measuring.check_criterion(project)


def test_the_length_ratio_judges_nothing(writing: Project) -> None:
    criterion = Criterion(metric="length_ratio", target=1)
    project = change_task(writing, criterion=criterion.model_dump())
    with pytest.raises(RunError, match="length_ratio cannot judge"):
        measuring.check_criterion(project)


def test_ten_thousand_rows_take_seconds(writing: Project, save: Callable[[str, str], Path]) -> None:
    save("polite", POLITE)
    sheet = sheet_of(ANSWERS * 500, writing.task)
    start = time.perf_counter()
    (own,) = measuring._own_values(writing, sheet, quiet=False)
    assert time.perf_counter() - start < 15
    assert len(own.values) == 10_000


def test_without_a_model_there_are_no_embeddings_and_it_is_told_why(
    project: Project, make_written: Callable[[Project], AnswerSheet]
) -> None:
    sheet = make_written(project)
    score = METRICS["embedding_similarity"]().scores(sheet)[0]
    assert score.value is None
    assert score.undefined.startswith("because there are no embeddings: ")


@pytest.fixture
def make_written() -> Callable[[Project], AnswerSheet]:
    def make(project: Project) -> AnswerSheet:
        task = project.task.model_copy(update={"kind": TaskKind.GENERATE, "labels": ()})
        settings = project.settings.model_copy(
            update={"task": task, "embedding_model": "bundled:x"}
        )
        changed = replace(project, settings=settings)
        return completion(changed, Split.VALIDATION)(sheet_of(["a b"], task))

    return make


def test_the_bundled_model_finds_paraphrases_nearer(project: Project) -> None:
    task = project.task.model_copy(update={"kind": TaskKind.GENERATE, "labels": ()})
    given = replace(project, settings=project.settings.model_copy(update={"task": task}))
    complete = completion(given, Split.VALIDATION)
    near, far, blank = (
        METRICS["embedding_similarity"]().scores(complete(sheet_of([text], task)))[0]
        for text in ("Wait a moment, please.", "The car is blue.", "...")
    )
    assert near.value > far.value + 0.2
    assert blank.value == 0
    assert near.note.startswith("cosine by bundled:all-minilm-l6-v2")


def test_the_projects_own_words_are_read(writing: Project) -> None:
    writing.offensive_words.write_text("# ours\nnumpty\n-damn\n", "utf-8")
    task = writing.task
    answers = ["You numpty!", "damn", "fine", "shit"]
    sheet = completion(writing, Split.VALIDATION)(sheet_of(answers, task))
    metric = METRICS["offensive_rate"]()
    assert [bool(reasons) for reasons in metric.found(sheet)] == [True, False, False, True]


def test_conversations_of_a_file_are_scored_as_such(tmp_path: Path) -> None:
    """A chat file's own columns say which turns belong together and what must be said."""
    task = default_task(TaskKind.GENERATE)
    shop = create_project(
        tmp_path / "chats", Settings(name="chats", task=task, shares=(0.0, 1.0, 0.0))
    )
    asked = {"role": "user", "content": "A table please."}
    turns = [
        [asked, {"role": "assistant", "content": "For how many?"}],
        [
            asked,
            {"role": "assistant", "content": "For how many?"},
            {"role": "user", "content": "Two."},
            {"role": "assistant", "content": "A table for two, is that right?"},
        ],
    ]
    told = {"conversation_id": "talk 1", "goal": ["table for two"]}
    lines = [json.dumps({"messages": messages, **told}) for messages in turns]
    file = tmp_path / "talks.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    loop.import_file(shop, file, importer="chat")
    rows = loop.plan_dataset(shop).rows[Split.VALIDATION]
    given = (Prediction(example_id=row.id, answer=row.answer, text="") for row in rows)
    sheet = AnswerSheet(task, rows, tuple(given))
    assert sheet.groups == ["talk 1"] * 2
    (goal,) = METRICS["goal_completion"]().scores(sheet)
    accuracy = METRICS["turn_taking"]().scores(sheet)[0]
    assert (goal.value, goal.n, accuracy.value, accuracy.n) == (1, 1, 1, 1)
