"""From a run's errors to a cause, an action, a second run, and the ledger's word on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from curation import datasets
from curation.exceptions import EvaluationError
from curation.project import Project, open_project
from curation.types import Prediction, RunSpec, Split, now
from labeling_functions.source import read_file, replace_file
from studio import loop, samples
from training import runs

FIRST, SECOND = "2026-11-01-first", "2026-11-02-second"
FLIPPED = '    "billing_words",\n    "billing",'
WRONG = FLIPPED.replace('"billing",', '"stock",')
KEY = "wrong_function: billing_words"


def freeze_and_run(project: Project, run: str, wrong: set[str]) -> None:
    """Freeze what there is now, and write a run that says stock where billing is right."""
    matrix = loop.vote(project)
    manifest = loop.freeze_dataset(project, matrix, loop.add_up(project, matrix))
    spec = RunSpec(
        id=run,
        recipe="lora",
        base_model=project.settings.base_model,
        dataset=manifest.version,
        criterion=project.task.criterion,
        created_at=now() + timedelta(milliseconds=5),
    )
    folder = runs.create_run(project.runs, spec)
    runs.append_event(folder, "end", pid=2_000_000_000, status="finished")
    rows = datasets.read_rows(project.datasets / manifest.version, Split.VALIDATION)
    said = {row.id: "stock" if row.id in wrong else row.answer for row in rows}
    lines = [
        Prediction(example_id=id_, answer=answer, text=answer).model_dump_json() + "\n"
        for id_, answer in said.items()
    ]
    (folder / "predictions").mkdir()
    (folder / "predictions" / "validation.jsonl").write_text("".join(lines), "utf-8")


def of_billing(project: Project) -> set[str]:
    held = project.store.examples(split=Split.VALIDATION)
    return {example.id for example in held if example.reference == "billing"}


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project one of whose functions votes for the wrong label, and its run's errors."""
    folder = tmp_path_factory.mktemp("flawed")
    project = samples.open_sample("retail", folder)
    code = read_file(project.functions, "rules.py")
    assert FLIPPED in code
    replace_file(project.functions, "rules.py", code.replace(FLIPPED, WRONG))
    freeze_and_run(project, FIRST, of_billing(project))
    loop.diagnose(project, FIRST)
    project.store.close()
    return project.folder


@pytest.fixture
def project(flawed: Path, tmp_path: Path) -> Project:
    shutil.copytree(flawed, tmp_path / "retail")
    return open_project(tmp_path / "retail")


def test_the_flipped_function_is_the_first_action(project: Project) -> None:
    diagnosis = loop.read_diagnosis(project, FIRST)
    assert diagnosis is not None
    assert diagnosis.lacking == ()
    assert diagnosis.errors == len(of_billing(project))
    first = diagnosis.proposals[0]
    assert first.key == KEY
    assert "billing: was that meant?" in first.advice
    assert {one.example_id for one in diagnosis.explanations} == of_billing(project)
    trained = {example.id for example in project.store.examples(split=Split.TRAIN)}
    assert set(first.work_on) <= trained
    exam = {example.id for example in project.store.examples(split=Split.TEST)}
    assert exam.isdisjoint({*first.errors, *first.rows, *first.work_on})


def test_an_action_is_a_finding_with_its_hypothesis_and_is_opened_once(project: Project) -> None:
    made = loop.take_action(project, FIRST, KEY)
    assert (made.action, made.cause) == ("function", "wrong_function")
    assert made.subject == "billing_words"
    assert made.hypothesis is not None
    assert made.hypothesis.run == FIRST
    assert made.hypothesis.errors / len(made.hypothesis.example_ids) > made.hypothesis.expected
    assert loop.take_action(project, FIRST, KEY) == made
    assert loop.taken(project, FIRST) == {KEY: made}
    loop.close_finding(project, made.id, "mia")
    assert loop.take_action(project, FIRST, KEY).id != made.id


def test_what_is_not_proposed_cannot_be_taken(project: Project) -> None:
    with pytest.raises(EvaluationError, match="Nothing like"):
        loop.take_action(project, FIRST, "format: the moon")


@pytest.mark.parametrize(("mended", "outcome"), [(True, "worked"), (False, "did not")])
def test_the_next_run_judges_what_was_done(project: Project, mended: bool, outcome: str) -> None:
    loop.take_action(project, FIRST, KEY)
    (entry,) = loop.ledger(project)
    assert (entry.state, entry.outcome) == ("open", "open")
    code = read_file(project.functions, "rules.py")
    replace_file(project.functions, "rules.py", code.replace(WRONG, FLIPPED))
    freeze_and_run(project, SECOND, set() if mended else of_billing(project))
    (entry,) = loop.ledger(project)
    assert (entry.state, entry.run, entry.outcome) == ("judged", SECOND, outcome)
    assert entry.trial is not None
    assert entry.trial.n == len(entry.finding.hypothesis.example_ids)  # type: ignore[union-attr]
    assert "then" in entry.sentence
    assert "now" in entry.sentence


def test_a_run_on_data_from_before_the_act_judges_nothing(project: Project) -> None:
    freeze_and_run(project, SECOND, set())
    loop.take_action(project, FIRST, KEY)
    assert [entry.state for entry in loop.ledger(project)] == ["open"]
    (finding,) = loop.taken(project, FIRST).values()
    loop.close_finding(project, finding.id, "mia")
    assert [entry.state for entry in loop.ledger(project)] == ["waiting"]


def test_without_answers_there_is_nothing_to_diagnose(
    project: Project, write_run: Callable[..., str]
) -> None:
    write_run(project, "2026-11-03-mute", evaluated=())
    with pytest.raises(EvaluationError, match="not answered validation"):
        loop.diagnose(project, "2026-11-03-mute")
    assert loop.read_diagnosis(project, "2026-11-03-mute") is None
