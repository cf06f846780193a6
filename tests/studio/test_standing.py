"""Where a project stands: every state of the ring, and the step it asks for next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.project import Project, Settings, change_settings, create_project, default_task
from curation.types import Annotation, ExamOpening, Example, Split, TaskKind, example_id
from studio import loop
from studio.standing import FIRST_ANSWERS, Freshness, Standing, where_are_we

WORDS = ("amber", "birch", "coral", "denim", "ebony", "flint", "green", "hazel", "ivory", "jade")
RUN = "2026-11-02-brisk-otter"
FUNCTION = 'from labeling_functions import keywords\nf = keywords("f", "card", ["amber"])\n'
Step = Callable[[Project], object]


def add(project: Project, number: int = 100, *, start: int = 0, gold: bool = False) -> None:
    project.store.add_examples(
        Example(
            id=example_id(text),
            input=text,
            reference="card" if gold else None,
            group=text,
            split=(Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST)[at % 4],
        )
        for at in range(start, start + number)
        for text in [f"{WORDS[at // 10 % 10]} {WORDS[at % 10]}ish {'x' * (at // 100)}"]
    )


def say(project: Project, number: int, split: Split | None = None) -> None:
    """Let a person answer examples nobody has answered."""
    said = {a.example_id for a in project.store.annotations()}
    waiting = [e for e in project.store.examples(split=split) if e.id not in said]
    loop.answer(
        project,
        [
            Annotation(uid=f"said {e.id}", example_id=e.id, answer=("card", "cash")[at % 2])
            for at, e in enumerate(waiting[:number])
        ],
    )


def write_function(project: Project) -> None:
    (project.functions / "rules.py").write_text(FUNCTION, "utf-8")


@pytest.fixture
def ring(
    project: Project, freeze: Callable[[Project], str], write_run: Callable[..., str]
) -> dict[str, Step]:
    """Return what can be done to an empty project, by name."""
    exam = (Split.VALIDATION, Split.TEST)

    def find(project: Project) -> None:
        cases = loop.browse_errors(project, RUN)
        loop.report_finding(project, RUN, cases[:2], "Two errors")

    def keep(project: Project) -> None:
        cases = loop.browse_errors(project, RUN)
        loop.report_finding(project, RUN, cases[:2], "Two errors", action="look")

    return {
        "import": add,
        "import gold": lambda p: add(p, gold=True),
        "function": write_function,
        "vote": loop.vote,
        "few answers": lambda p: say(p, FIRST_ANSWERS - 1),
        "answers": lambda p: say(p, 60),
        "all answers": lambda p: say(p, 100),
        "freeze": freeze,
        "late answers": lambda p: say(p, 10),
        "few late answers": lambda p: say(p, 9),
        "interrupted run": lambda p: write_run(p, RUN, end="interrupted"),
        "failed run": lambda p: write_run(p, RUN, end="failed"),
        "cancelled run": lambda p: write_run(p, RUN, end="cancelled"),
        "run": lambda p: write_run(p, RUN, evaluated=()),
        "validated run": lambda p: write_run(p, RUN, evaluated=(Split.VALIDATION,)),
        "examined run": lambda p: write_run(p, RUN, evaluated=exam),
        "promote": lambda p: loop.promote(p, RUN, "good", "mia"),
        "review finding": find,
        "kept finding": keep,
        "edit": lambda p: (p.functions / "rules.py").write_text(FUNCTION + "# more\n", "utf-8"),
        "change": lambda p: (p.functions / "rules.py").write_text(
            FUNCTION.replace('"amber"', '"amber", "birch"'), "utf-8"
        ),
        "import more": lambda p: add(p, 40, start=100),
    }


FROZEN = "import, function, vote, answers, freeze"
NEXT = [
    ("", "Data", "Import your texts"),
    ("import", "Functions", "Write a labeling function"),
    ("import, answers", "Dataset", "Freeze the first dataset"),
    ("import, function", "Functions", "Run the functions"),
    ("import, function, vote", "Review", "Label 30 examples"),
    ("import, function, vote, few answers", "Review", "Label 1 examples"),
    ("import, function, vote, answers", "Dataset", "Freeze the first dataset"),
    ("import, function, vote, answers, edit", "Functions", "Run the functions"),
    ("import, function, vote, answers, import more", "Functions", "Run the functions"),
    (FROZEN, "Train", "Start a run"),
    (f"{FROZEN}, interrupted run", "Train", "Resume the run"),
    (f"{FROZEN}, failed run", "Train", "Start a run"),
    (f"{FROZEN}, cancelled run", "Train", "Start a run"),
    (f"{FROZEN}, run", "Evaluate", "Evaluate the run"),
    (f"{FROZEN}, validated run", "Evaluate", "Open the exam"),
    (f"{FROZEN}, validated run, promote", "Errors", "See what it gets wrong"),
    (f"{FROZEN}, examined run", "Errors", "See what it gets wrong"),
    (f"{FROZEN}, examined run, review finding", "Review", None),
    (f"{FROZEN}, examined run, kept finding", "Errors", "Work on the open findings"),
    (f"{FROZEN}, examined run, few late answers", "Review", "Label some more"),
    (f"{FROZEN}, examined run, late answers", "Dataset", "Freeze the next version"),
    (f"{FROZEN}, examined run, edit", "Functions", "Run the functions"),
    (f"{FROZEN}, examined run, edit, vote", "Errors", "See what it gets wrong"),
    (f"{FROZEN}, examined run, change, vote", "Dataset", "Freeze the next version"),
    (f"{FROZEN}, examined run, late answers, freeze", "Train", "Start a run"),
    ("import gold", "Dataset", "Freeze the first dataset"),
    ("import gold, freeze", "Train", "Start a run"),
]


@pytest.mark.parametrize(("done", "page", "label"), NEXT, ids=[done or "-" for done, *_ in NEXT])
def test_the_next_step(
    project: Project, ring: dict[str, Step], done: str, page: str, label: str | None
) -> None:
    for step in filter(None, done.split(", ")):
        ring[step](project)
    standing = where_are_we(project)
    assert (standing.next_step.page, label and standing.next_step.label) == (page, label)
    assert standing.next_step.why
    assert standing.station(page).freshness is Freshness.NOW
    now_ = [s.page for s in standing.stations if s.freshness is Freshness.NOW]
    assert now_ == [page]


def test_a_live_run_is_watched(project: Project, ring: dict[str, Step]) -> None:
    for step in f"{FROZEN}, interrupted run".split(", "):
        ring[step](project)
    from training import locks, runs

    folder = project.runs / RUN
    with locks.hold(folder / runs.LOCK):
        step = where_are_we(project).next_step
        assert (step.page, step.label) == ("Train", "Watch the run")
        assert where_are_we(project).station("Train").count == "running"


def test_a_project_that_writes_has_no_functions_and_goes_on_to_freeze(tmp_path: Path) -> None:
    task = default_task(TaskKind.GENERATE)
    project = create_project(tmp_path / "p", Settings(name="p", task=task))
    assert "Functions" not in [s.page for s in where_are_we(project).stations]
    assert where_are_we(project).next_step.page == "Data"
    add(project, 10, gold=True)
    assert where_are_we(project).next_step.page == "Dataset"


def test_headlines_say_what_there_is(finished: Project) -> None:
    standing = where_are_we(finished)
    counts = {station.page: station.count for station in standing.stations}
    assert counts["Data"] == "1,111 examples"
    assert counts["Functions"].startswith("11 functions, 7")
    assert counts["Review"] == "40 answered"
    assert counts["Train"] == "finished"
    assert counts["Evaluate"].endswith("accuracy on exam")
    assert counts["Errors"] == "1 open findings"
    assert counts["In use"] == RUN
    assert standing.station("Review").note.startswith("findings ask about")
    assert len(standing.turns) == 2
    assert standing.turns[0].run.spec.id == RUN
    assert all(turn.by_people == 40 and turn.exam for turn in standing.turns)


def stale(standing: Standing) -> dict[str, str]:
    return {s.page: s.note for s in standing.stations if s.note}


def test_votes_are_stale_after_an_edit_and_after_an_import(
    project: Project, ring: dict[str, Step]
) -> None:
    for step in ("import", "function", "vote"):
        ring[step](project)
    assert "Functions" not in stale(where_are_we(project))
    ring["edit"](project)
    assert stale(where_are_we(project))["Functions"] == "votes are stale"
    loop.vote(project)
    assert "Functions" not in stale(where_are_we(project))
    ring["import more"](project)
    assert stale(where_are_we(project))["Functions"] == "votes are stale"


def test_an_import_into_the_exam_alone_leaves_the_votes_fresh(
    project: Project, ring: dict[str, Step]
) -> None:
    for step in ("import", "function", "vote"):
        ring[step](project)
    project.store.add_examples(
        [Example(id=example_id("exam"), input="exam", group="exam", split=Split.TEST)]
    )
    assert "Functions" not in stale(where_are_we(project))


def test_a_dataset_is_stale_after_answers_and_after_functions_changed(
    project: Project, ring: dict[str, Step]
) -> None:
    for step in FROZEN.split(", "):
        ring[step](project)
    assert "Dataset" not in stale(where_are_we(project))
    ring["few late answers"](project)
    assert stale(where_are_we(project))["Dataset"] == "9 new answers"
    ring["change"](project)
    loop.vote(project)
    assert stale(where_are_we(project))["Dataset"] == "9 new answers, functions changed"


def test_an_undone_answer_is_no_answer(project: Project) -> None:
    add(project)
    say(project, 1)
    said = project.store.annotations()[0]
    undo = Annotation(uid="u", example_id=said.example_id, action="undo")
    loop.answer(project, [undo])
    assert where_are_we(project).station("Review").count == "0 answered"


def test_runs_on_an_older_dataset_are_said_to_be(project: Project, ring: dict[str, Step]) -> None:
    for step in f"{FROZEN}, examined run, late answers, freeze".split(", "):
        ring[step](project)
    train = where_are_we(project).station("Train")
    assert (train.count, train.note) == ("1 runs", "none on the latest dataset")


def test_drift_raises_an_alert(finished: Project) -> None:
    (alert,) = [a for a in where_are_we(finished).alerts if "Something changed" in a]
    assert "complaint" in alert


def test_a_due_retraining_raises_an_alert(finished: Project) -> None:
    before = where_are_we(finished).alerts
    settings = finished.settings.model_copy(update={"retrain_after": 1, "retrain_every": ""})
    project = change_settings(finished, settings)
    say(project, 3, Split.TRAIN)
    assert set(where_are_we(project).alerts) - set(before) == {"Due: 3 new gold answers."}


def test_gold_that_came_with_a_file_is_no_reason_to_train_again(finished: Project) -> None:
    settings = finished.settings.model_copy(update={"retrain_after": 1, "retrain_every": ""})
    project = change_settings(finished, settings)
    example = next(e for e in project.store.examples() if e.reference is None)
    late = example.model_copy(update={"reference": "billing", "source": "late.csv"})
    assert project.store.add_examples([late]).known == 1
    assert not loop.retraining(project).due


def test_before_the_first_run_nothing_is_due(project: Project) -> None:
    add(project)
    assert where_are_we(project).alerts == ()


def test_an_exam_opening_alone_is_no_exam(project: Project, ring: dict[str, Step]) -> None:
    for step in f"{FROZEN}, validated run".split(", "):
        ring[step](project)
    opening = ExamOpening(run=RUN, dataset="v0001", who="mia", why="it crashed")
    project.store.record_opening(opening)
    assert where_are_we(project).next_step.label == "Open the exam"
