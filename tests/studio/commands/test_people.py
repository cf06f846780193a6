"""`tunesmith agreement`, `audit`, `export-annotations` and `import-annotations`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from curation.exceptions import ImportFailedError, ProjectError
from curation.project import Project, Settings, change_settings, create_project, default_task
from curation.types import Annotation, Example, Split, TaskKind, example_id
from studio import cli, loop

TEXTS = [f"text {n}" for n in range(12)]


def run(*words: object) -> Any:
    """Run a command; its own errors are raised."""
    result = CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def make(folder: Path, *texts: str) -> Project:
    task = default_task(TaskKind.CLASSIFY, ("card", "cash"))
    project = create_project(folder, Settings(name="shop", task=task))
    project.store.add_examples(
        Example(id=example_id(text), input=text, group=text, split=split)
        for text in texts
        for split in [Split.TEST if text == "exam" else Split.TRAIN]
    )
    return project


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    project = make(tmp_path / "shop", *TEXTS, "exam")
    project.store.add_annotations(
        Annotation(
            uid=f"{who} {text}",
            example_id=example_id(text),
            answer="cash" if n % 3 == 0 or (who == "ben" and n == 1) else "card",
            reviewer=who,
            note="sure" if n == 0 else "",
        )
        for n, text in enumerate([*TEXTS, "exam"])
        for who in ("mia", "ben")
    )
    return project


def test_agreement_is_told_with_intervals(shop: Project) -> None:
    scores = json.loads(run("agreement", "-p", shop.folder, "--json").stdout)["scores"]
    assert {score["of"] for score in scores} == {
        "Krippendorff's alpha",
        "alpha by label",
        "Cohen's kappa",
    }
    assert all(score["n"] == 13 for score in scores)
    certain = [score for score in scores if score["low"] is not None]  # labels are too rare
    assert len(certain) == 2
    assert all(score["low"] <= score["value"] <= score["high"] for score in certain)
    assert "mia and ben" in run("agreement", "-p", shop.folder).stdout


def test_the_audit_says_who_said_what_when_through_which_door_and_what_it_led_to(
    shop: Project,
) -> None:
    of = example_id("text 1")
    shop.store.add_annotations(
        [Annotation(uid="undo", example_id=of, reviewer="ben", action="undo", via="cli")]
    )
    lines = json.loads(run("audit", "-p", shop.folder, "--example", of, "--json").stdout)["lines"]
    assert [(line["reviewer"], line["action"], line["via"]) for line in lines] == [
        ("mia", "answer", "app"),
        ("ben", "answer", "app"),
        ("ben", "undo", "cli"),
    ]
    assert [line["after"]["answer"] for line in lines] == ["card", None, "card"]
    assert lines[1]["after"]["on"] == "people disagree"
    mine = json.loads(run("audit", "-p", shop.folder, "--who", "mia", "--json").stdout)["lines"]
    assert {line["reviewer"] for line in mine} == {"mia"}
    told = run("audit", "-p", shop.folder).stdout
    assert told.startswith("27 facts, oldest first")
    assert "note: sure" in told


def test_the_audit_holds_the_exam_back_unless_asked(shop: Project) -> None:
    exam = example_id("exam")
    held = json.loads(run("audit", "-p", shop.folder, "--example", exam, "--json").stdout)["lines"]
    assert {line["answer"] for line in held} == {"held back"}
    shown = run("audit", "-p", shop.folder, "--example", exam, "--exam", "--json").stdout
    assert {line["answer"] for line in json.loads(shown)["lines"]} == {"cash"}


def test_a_backup_goes_out_and_comes_back_once(shop: Project, tmp_path: Path) -> None:
    out = tmp_path / "backup.jsonl"
    result = run("export-annotations", "-p", shop.folder, "--to", out)
    assert "26 annotations by 2 people" in result.stdout
    assert "2 of them answer the exam" in result.stderr
    there = make(tmp_path / "there", *TEXTS, "exam")
    first = run("import-annotations", "-p", there.folder, "--from", out, "--json").stdout
    assert json.loads(first) == {"kept": 26, "known": 0, "skipped": []}
    assert (
        "0 new annotations kept, 26 were known"
        in run("import-annotations", "-p", there.folder, "--from", out).stdout
    )
    assert there.store.annotations() == shop.store.annotations()


def test_unknown_examples_are_refused_or_passed_over(shop: Project, tmp_path: Path) -> None:
    out = tmp_path / "backup.jsonl"
    run("export-annotations", "-p", shop.folder, "--to", out)
    there = make(tmp_path / "there", *TEXTS)
    with pytest.raises(ImportFailedError, match="--skip-unknown"):
        run("import-annotations", "-p", there.folder, "--from", out)
    assert there.store.annotations() == ()
    told = run("import-annotations", "-p", there.folder, "--from", out, "--skip-unknown").stdout
    assert "24 new annotations kept, 0 were known, 2 are about unknown examples" in told


def test_where_several_answer_the_terminal_tells_nobody_what_others_said(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("examples", "-f", "word:person", "--project", shop.folder, "--json")
    everything = json.loads(run(*asked).stdout)["found"]
    assert everything == len(TEXTS) - 1, "they disagree on one"
    review = shop.settings.review.model_copy(update={"people": 2})
    change_settings(shop, shop.settings.model_copy(update={"review": review}))
    monkeypatch.setattr(loop, "whoami", lambda: "eva")
    assert json.loads(run(*asked).stdout)["found"] == 0
    monkeypatch.setattr(loop, "whoami", lambda: "mia")
    assert json.loads(run(*asked).stdout)["found"] == everything


def test_spans_are_not_taken_for_labels_in_a_terminal(tmp_path: Path) -> None:
    task = default_task(TaskKind.EXTRACT, ("time",))
    project = create_project(tmp_path / "times", Settings(name="times", task=task))
    with pytest.raises(ProjectError, match="cannot be marked in a terminal"):
        run("label", "--project", project.folder)
