"""The verbs of the ring, end to end on files: no app, no torch."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import isfunction
from pathlib import Path

import pytest

from curation import datasets
from curation.exceptions import (
    DatasetError,
    EvaluationError,
    ImportFailedError,
    MonitoringError,
    RunError,
)
from curation.project import (
    Project,
    Settings,
    change_task,
    create_project,
    default_task,
    open_project,
)
from curation.types import Annotation, Criterion, RunStatus, Split, TaskKind, Word, example_id, now
from labeling_functions.aggregation.choosing import QUICK
from studio import loop, samples
from studio.stations import importing
from training import launcher

RUN = "2026-11-02-brisk-otter"
GOOD = "text,label\nthe card is gone,card\nno coins left,cash\n"
Freeze = Callable[[Project], str]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "messages.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """Return a project that classifies and has no labels yet."""
    return create_project(
        tmp_path / "bare", Settings(name="bare", task=default_task(TaskKind.CLASSIFY))
    )


def rows_of(project: Project) -> int:
    return sum(project.store.count_examples().values())


# Import


def test_a_file_comes_in_and_again_changes_nothing(
    project: Project, file: Callable[..., Path]
) -> None:
    path = file(GOOD)
    assert loop.import_file(project, path).added == 2
    revision = project.store.revision()
    again = loop.import_file(project, path)
    assert (again.added, again.known, again.disagreeing) == (0, 2, ())
    assert project.store.revision() == revision


def test_a_bad_row_keeps_the_whole_file_out_and_is_named(
    project: Project, file: Callable[..., Path]
) -> None:
    with pytest.raises(ImportFailedError, match="line 4") as caught:
        loop.import_file(project, file(GOOD + "what is this,coins\n"))
    assert [line for line, _ in caught.value.rejected] == [4]
    assert rows_of(project) == 0


def test_skipping_bad_rows_keeps_the_good_ones_and_writes_the_others_aside(
    project: Project, file: Callable[..., Path]
) -> None:
    done = loop.import_file(project, file(GOOD + "what is this,coins\n,card\n"), skip_bad=True)
    assert done.added == 2
    assert [line for line, _ in done.rejected] == [4, 5]
    (rejects,) = (project.folder / "rejects").iterdir()
    lines = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert [line["line"] for line in lines] == [4, 5]
    assert "coins" in lines[0]["reason"]
    assert "empty" in lines[1]["reason"]


def test_two_files_set_aside_in_the_same_moment_are_both_kept(
    project: Project, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr(importing, "now", lambda: moment)
    path = file(GOOD + "what is this,coins\n")
    loop.import_file(project, path, skip_bad=True)
    path.write_text(GOOD + "and this,notes\n", "utf-8")
    loop.import_file(project, path, skip_bad=True)
    written = "".join(p.read_text("utf-8") for p in (project.folder / "rejects").iterdir())
    assert "coins" in written
    assert "notes" in written


def test_a_new_project_learns_its_labels_from_its_first_file(
    bare: Project, file: Callable[..., Path]
) -> None:
    loop.import_file(bare, file(GOOD + "where is my cash,cash\nanything else,\n"))
    assert open_project(bare.folder).task.labels == ("cash", "card")


def test_a_new_project_that_marks_spans_learns_their_labels_too(tmp_path: Path) -> None:
    settings = Settings(name="marking", task=default_task(TaskKind.EXTRACT))
    marking = create_project(tmp_path / "marking", settings)
    spans = [{"start": 0, "end": 4, "label": "people"}, {"start": 8, "end": 12, "label": "time"}]
    rows = [
        {"text": "four at nine", "spans": spans},
        {"text": "nine", "spans": [{"start": 0, "end": 4, "label": "time"}]},
        {"text": "thank you", "spans": []},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    loop.import_file(marking, path)
    assert open_project(marking.folder).task.labels == ("time", "people")


def test_a_first_file_that_fails_leaves_no_labels(bare: Project, file: Callable[..., Path]) -> None:
    with pytest.raises(ImportFailedError):
        loop.import_file(bare, file(GOOD + ",card\n"))
    assert open_project(bare.folder).task.labels == ()
    assert rows_of(bare) == 0


def test_labels_are_learnt_from_the_rows_that_came_in_only(
    bare: Project, file: Callable[..., Path]
) -> None:
    loop.import_file(bare, file(GOOD + ",ghost\n  ,phantom\nspaces, \n"), skip_bad=True)
    assert set(open_project(bare.folder).task.labels) == {"card", "cash"}


def test_missing_numbers_are_no_labels(bare: Project, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"text": ["one row", "two row", "a third"], "label": [1.0, 2.0, None]})
    frame.to_parquet(tmp_path / "rows.parquet")
    loop.import_file(bare, tmp_path / "rows.parquet")
    assert set(open_project(bare.folder).task.labels) == {"1.0", "2.0"}


def test_a_column_of_texts_is_not_taken_for_labels(
    bare: Project, file: Callable[..., Path]
) -> None:
    rows = "".join(f"text {at},label {at}\n" for at in range(loop.MOST_LABELS + 1))
    with pytest.raises(ImportFailedError, match="too many to be labels"):
        loop.import_file(bare, file("text,label\n" + rows))
    assert rows_of(bare) == 0


def test_gold_that_comes_late_is_kept_and_gold_that_disagrees_is_named(
    project: Project, file: Callable[..., Path], freeze: Freeze
) -> None:
    loop.import_file(project, file("text,label\nthe card is gone,\nno coins left,cash\n"))
    late = loop.import_file(project, file(GOOD.replace("left,cash", "left,refund"), "late.csv"))
    assert (late.added, late.known) == (0, 2)
    assert late.disagreeing == ((3, example_id("no coins left")),)
    resolved = loop.resolve_all(project, None, None).resolutions
    assert resolved[example_id("the card is gone")].answer == "card"
    assert resolved[example_id("the card is gone")].sources == ("late.csv",)
    assert resolved[example_id("no coins left")].answer == "cash"


def test_late_gold_against_late_gold_is_named_too(
    project: Project, file: Callable[..., Path]
) -> None:
    loop.import_file(project, file("text,label\nthe card is gone,\n"))
    assert loop.import_file(project, file(GOOD, "late.csv")).disagreeing == ()
    later = loop.import_file(project, file(GOOD.replace("gone,card", "gone,cash"), "later.csv"))
    assert later.disagreeing == ((2, example_id("the card is gone")),)


# Vote, answer, freeze


def test_functions_never_see_the_exam(retail: Project) -> None:
    matrix = loop.vote(retail)
    exam = {example.id for example in retail.store.examples(split=Split.TEST)}
    assert exam.isdisjoint(matrix.example_ids)
    assert exam.isdisjoint(loop.tuning_gold(retail))


def test_functions_are_tuned_on_training_gold_only(retail: Project) -> None:
    training = {example.id for example in retail.store.examples(split=Split.TRAIN)}
    gold = loop.tuning_gold(retail)
    assert len(gold) == 90
    assert set(gold) <= training


def test_a_function_is_tried_without_being_saved(retail: Project) -> None:
    code = 'from labeling_functions import keywords\nf = keywords("f", "billing", ["invoice"])\n'
    votes = loop.try_function(retail, code).matrix
    assert [function.name for function in votes.functions] == ["f"]
    assert (votes.votes >= 0).any()
    assert not (retail.functions / "f.py").exists()
    assert loop.last_votes(retail) is None


def test_held_out_rows_are_frozen_on_the_word_of_people_and_files_only(
    retail: Project, freeze: Freeze
) -> None:
    freeze(retail)
    for split in (Split.VALIDATION, Split.TEST):
        rows = datasets.read_rows(retail.datasets / "v0001", split)
        assert rows
        assert {row.word for row in rows} <= {Word.PERSON, Word.GOLD}


def test_what_people_said_stands_over_gold_and_votes(retail: Project, freeze: Freeze) -> None:
    (gold,) = [e for e in retail.store.examples(split=Split.TRAIN) if e.reference][:1]
    other = next(label for label in retail.task.labels if label != gold.reference)
    loop.answer(retail, [Annotation(uid="1", example_id=gold.id, answer=other, reviewer="mia")])
    freeze(retail)
    row = next(
        r for r in datasets.read_rows(retail.datasets / "v0001", Split.TRAIN) if r.id == gold.id
    )
    assert (row.answer, row.word, row.sources) == (other, Word.PERSON, ("mia",))


def test_the_same_decision_twice_is_once(retail: Project) -> None:
    example = retail.store.examples()[0]
    said = Annotation(uid="1", example_id=example.id, answer="billing")
    assert loop.answer(retail, [said, said]) == 1
    assert loop.answer(retail, [said]) == 0


def test_nothing_to_train_on_is_refused(project: Project, freeze: Freeze) -> None:
    with pytest.raises(DatasetError):
        freeze(project)
    assert datasets.versions(project.datasets) == ()


def test_the_manifest_says_what_it_was_made_from(retail: Project, freeze: Freeze) -> None:
    freeze(retail)
    manifest = loop.latest_dataset(retail)
    assert manifest is not None
    assert manifest.revision == retail.store.revision()
    assert len(manifest.functions) == 11
    assert manifest.aggregator in QUICK, "the name of what auto chose"
    assert manifest.threshold == retail.settings.threshold


# Findings


def test_round_the_ring_a_finding_closes_and_the_next_version_says_so(
    finished: Project, freeze: Freeze
) -> None:
    (finding,) = finished.store.findings()
    assert finding.closed_by is None
    first = loop.review_queue(finished).cards[0]
    assert first.reason == f"Finding: {finding.title}"
    for at, id_ in enumerate(finding.example_ids):
        assert finished.store.findings()[0].closed_by is None
        said = Annotation(uid=f"f{at}", example_id=id_, answer="billing", reviewer="mia")
        loop.answer(finished, [said])
    assert finished.store.findings()[0].closed_by == "reviewed"
    freeze(finished)
    manifest = loop.latest_dataset(finished)
    assert manifest is not None
    assert manifest.findings_closed == (finding.id,)
    rows = datasets.read_rows(finished.datasets / manifest.version, Split.TRAIN)
    people = {row.id for row in rows if row.word is Word.PERSON}
    assert set(finding.example_ids) <= people


def test_a_version_names_only_the_findings_closed_since_the_one_before(
    finished: Project, freeze: Freeze
) -> None:
    (finding,) = finished.store.findings()
    loop.close_finding(finished, finding.id, "mia")
    assert finished.store.findings()[0].closed_by == "closed by mia"
    freeze(finished)
    freeze(finished)
    closed = [
        datasets.read_manifest(finished.datasets / version).findings_closed
        for version in datasets.versions(finished.datasets)
    ]
    assert closed == [(), (finding.id,), ()]


def test_undoing_an_answer_does_not_answer_a_finding(finished: Project) -> None:
    (finding,) = finished.store.findings()
    for at, id_ in enumerate(finding.example_ids):
        said = Annotation(uid=f"f{at}", example_id=id_, answer="billing", reviewer="mia")
        undo = Annotation(uid=f"u{at}", example_id=id_, action="undo", reviewer="mia")
        loop.answer(finished, [said, undo])
    assert finished.store.findings()[0].closed_by is None


def test_a_finding_never_names_held_out_rows_to_work_on(finished: Project) -> None:
    cases = loop.browse_errors(finished, RUN)
    training = {example.id for example in finished.store.examples(split=Split.TRAIN)}
    validation = {example.id for example in finished.store.examples(split=Split.VALIDATION)}
    finding = loop.report_finding(finished, RUN, cases, "All of them")
    assert finding.example_ids
    assert set(finding.example_ids) <= training
    assert set(finding.evidence) <= validation


def test_errors_are_validation_errors_and_nothing_else(finished: Project) -> None:
    validation = {example.id for example in finished.store.examples(split=Split.VALIDATION)}
    assert {case.example_id for case in loop.browse_errors(finished, RUN)} <= validation


def test_a_finding_asks_about_rows_nobody_answered(finished: Project) -> None:
    said = {annotation.example_id for annotation in finished.store.annotations()}
    cases = loop.browse_errors(finished, RUN)
    finding = loop.report_finding(finished, RUN, cases[:5], "Five")
    assert said.isdisjoint(finding.example_ids)


def test_where_all_training_rows_have_gold_a_finding_doubts_the_gold(written: Project) -> None:
    assert all(example.reference for example in written.store.examples(split=Split.TRAIN))
    cases = loop.browse_errors(written, RUN)
    finding = loop.report_finding(written, RUN, cases[:1], "One")
    assert len(finding.example_ids) == 3


def test_a_finding_needs_an_error(finished: Project) -> None:
    before = finished.store.findings()
    with pytest.raises(EvaluationError, match="no such error"):
        loop.report_finding(finished, RUN, [], "Nothing at all")
    assert finished.store.findings() == before


def test_the_same_finding_twice_is_once(finished: Project) -> None:
    cases = loop.browse_errors(finished, RUN)[:2]
    first = loop.report_finding(finished, RUN, cases, "Two")
    second = loop.report_finding(finished, RUN, cases, "Two")
    assert first.id == second.id
    assert [f.id for f in finished.store.findings()].count(first.id) == 1


# Runs and evaluations


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the run folders for which a worker would have been started."""
    folders: list[Path] = []
    monkeypatch.setattr(launcher, "launch", lambda run, dataset: folders.append(run))
    return folders


def test_the_criterion_is_frozen_into_the_run(finished: Project, launched: list[Path]) -> None:
    project = change_task(
        finished, criterion={"metric": "macro_f1", "target": 0.9, "minimum_gain": 0.1}
    )
    run = loop.start_run(project, parameters={"max_steps": 1}).spec.id
    change_task(project, criterion={"metric": "accuracy", "target": 0.1, "minimum_gain": 0.0})
    spec = loop.read_state(project, run).spec
    assert spec.criterion == Criterion(metric="macro_f1", target=0.9, minimum_gain=0.1)
    assert spec.dataset == "v0001"
    assert launched == [project.runs / run]


def test_a_run_that_could_not_run_leaves_no_folder(finished: Project, launched: list[Path]) -> None:
    before = sorted(finished.runs.iterdir())
    with pytest.raises(RunError):
        loop.start_run(finished, parameters={"rank": -1})
    with pytest.raises(DatasetError):
        loop.start_run(finished, dataset="v0009")
    assert sorted(finished.runs.iterdir()) == before
    assert launched == []


def test_there_is_nothing_to_train_on_before_the_first_freeze(retail: Project) -> None:
    with pytest.raises(RunError, match="no dataset"):
        loop.start_run(retail)


@pytest.mark.parametrize("run", ["latest", "no-such-run", ""])
def test_a_run_that_is_not_there_is_named(retail: Project, run: str) -> None:
    with pytest.raises(RunError):
        loop.read_state(retail, run)


def test_a_run_outside_the_project_is_none_of_it(finished: Project, tmp_path: Path) -> None:
    assert (finished.runs / RUN / "spec.json").is_file()
    with pytest.raises(RunError):
        loop.run_folder(finished, f"../runs/{RUN}")


class StopReadingError(Exception):
    """Raised in place of the first read."""


def test_a_look_at_the_exam_is_on_record_before_anything_is_read(
    finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def read(*_: object) -> None:
        seen.append(len(finished.store.openings()))
        raise StopReadingError

    monkeypatch.setattr(datasets, "read_rows", read)
    before = finished.store.openings()
    with pytest.raises(StopReadingError):
        loop.evaluate_run(finished, RUN, Split.TEST, who="mia", why="to look")
    assert seen == [len(before) + 1]
    opening = finished.store.openings()[-1]
    assert (opening.run, opening.dataset, opening.who, opening.why) == (
        RUN,
        "v0001",
        "mia",
        "to look",
    )


def test_validation_is_looked_at_without_a_record(
    finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise StopReadingError

    monkeypatch.setattr(datasets, "read_rows", read)
    before = finished.store.openings()
    with pytest.raises(StopReadingError):
        loop.evaluate_run(finished, RUN, Split.VALIDATION)
    assert finished.store.openings() == before


def test_an_unfinished_run_is_not_evaluated_and_opens_no_exam(
    finished: Project, write_run: Callable[..., str]
) -> None:
    run = write_run(finished, "2026-11-03-odd-end", end="interrupted")
    before = finished.store.openings()
    with pytest.raises(EvaluationError, match="interrupted"):
        loop.evaluate_run(finished, run, Split.TEST)
    assert finished.store.openings() == before


def test_a_split_without_rows_is_not_evaluated(
    project: Project, file: Callable[..., Path], freeze: Freeze, write_run: Callable[..., str]
) -> None:
    loop.import_file(project, file("text,label,split\nthe card is gone,card,train\n"))
    freeze(project)
    run = write_run(project, evaluated=())
    with pytest.raises(EvaluationError, match="no validation row"):
        loop.evaluate_run(project, run, Split.VALIDATION)


# In use


def test_promote_and_roll_back_are_a_record(finished: Project) -> None:
    older = "2026-11-01-calm-heron"
    assert loop.live_run(finished) == RUN
    assert loop.roll_back(finished, "complaints").run == older
    assert loop.live_run(finished) == older
    with pytest.raises(MonitoringError):
        loop.roll_back(finished, "again")
    assert [d.action for d in finished.store.deployments()] == ["promote", "promote", "rollback"]


def test_only_a_finished_run_goes_live(finished: Project, write_run: Callable[..., str]) -> None:
    run = write_run(finished, "2026-11-03-odd-end", end="failed")
    with pytest.raises(RunError, match="finished"):
        loop.promote(finished, run, "why not")
    assert loop.live_run(finished) == RUN


def test_requests_come_in_once(
    finished: Project, tmp_path: Path, write_log: Callable[..., Path]
) -> None:
    log = write_log(tmp_path / "log.jsonl", 70)
    assert loop.import_requests(finished, log) == 10
    assert loop.import_requests(finished, log) == 0


def test_drift_is_measured_on_the_live_runs_requests_only(
    finished: Project, tmp_path: Path, write_log: Callable[..., Path]
) -> None:
    report = loop.watch_drift(finished)
    assert report is not None
    assert report.alert
    loop.roll_back(finished, "complaints")
    loop.import_requests(finished, write_log(tmp_path / "log.jsonl", 100, run=RUN))
    again = loop.watch_drift(finished)
    assert again is not None
    assert [test.n_live for test in again.tests] == [60, 60]


def test_requests_come_back_as_training_examples_to_review(finished: Project) -> None:
    picks = loop.requests_worth_labelling(finished)
    assert picks[0].reason == "the user disliked the answer"
    done = loop.bring_back(finished, [pick.request for pick in picks[:5]])
    assert (done.added, done.by_split) == (5, {Split.TRAIN: 5})
    ids = [example_id(pick.request.input) for pick in picks[:5]]
    for example in finished.store.examples(ids=ids):
        assert example.reference is None
        assert example.metadata["answered"] == "complaint"
    left = {pick.request.input for pick in loop.requests_worth_labelling(finished)}
    assert left.isdisjoint({pick.request.input for pick in picks[:5]})
    assert {item.example.id for item in loop.front_of_queue(finished, number=9_999)} >= set(ids)


def test_a_request_that_is_an_exam_row_does_not_come_back_into_training(
    finished: Project, tmp_path: Path
) -> None:
    exam = next(iter(finished.store.examples(split=Split.TEST)))
    line = {"at": "2026-11-03", "input": exam.input, "answer": "x", "feedback": "disliked"}
    (tmp_path / "log.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    loop.import_requests(finished, tmp_path / "log.jsonl")
    picks = loop.requests_worth_labelling(finished)
    assert exam.input not in [pick.request.input for pick in picks]


# The samples


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_a_sample_is_made_whole_or_not_at_all(name: str, tmp_path: Path) -> None:
    project = samples.open_sample(name, tmp_path)
    assert rows_of(project) > 100
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert samples.open_sample(name, tmp_path).folder == project.folder


def test_a_sample_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ImportFailedError("no")

    monkeypatch.setattr(loop, "import_file", fail)
    with pytest.raises(ImportFailedError):
        samples.open_sample("retail", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_verb_on_the_page_is_there_and_documented() -> None:
    for name in loop.__all__:
        verb = getattr(loop, name)
        if isfunction(verb):
            assert verb.__doc__, name
    assert len(loop.__all__) > 30


def test_states_of_a_run_are_read_from_its_files(
    finished: Project, write_run: Callable[..., str]
) -> None:
    ends = {"failed": "The disk is full.", "cancelled": "", "interrupted": "", "finished": ""}
    for day, (end, reason) in enumerate(ends.items(), 3):
        run = write_run(finished, f"2026-11-{day:02}-some-run", end=end, reason=reason)
        state = loop.read_state(finished, run)
        assert state.status is RunStatus(end)
        assert (state.step, state.total_steps, state.best_loss) == (6, 6, 1.25)
        assert state.reason.startswith(reason)
