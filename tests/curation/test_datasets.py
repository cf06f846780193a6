"""Frozen datasets: whole or not there, never changed unnoticed, and no exam on the votes' word."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import datasets
from curation.datasets import (
    DatasetPlan,
    Origin,
    compare_versions,
    freeze,
    plan_dataset,
    read_manifest,
    read_rows,
    versions,
)
from curation.exceptions import DatasetError, LeakageError
from curation.project import default_task
from curation.resolution import Resolved
from curation.types import Example, Resolution, Split, TaskKind, Word, example_id

ROOT = Path(__file__).parents[2]
TASK = default_task(TaskKind.CLASSIFY, ("card", "cash"))
ORIGIN = Origin(7, functions=("lf@1",), aggregator="majority", threshold=0.6)


def example(text: str, split: Split = Split.TRAIN) -> Example:
    return Example(id=example_id(text), input=text, split=split)


def word_on(some: Example, answer: str = "card", word: Word = Word.PERSON) -> Resolution:
    return Resolution(
        example_id=some.id, answer=answer, word=word, confidence=0.75, sources=("ann",)
    )


def plan(
    *rows: tuple[str, Split, str], word: Word = Word.PERSON, drop_overlap: bool = False
) -> DatasetPlan:
    """Return a plan of rows given as text, split and answer."""
    some = [example(text, split) for text, split, _ in rows]
    answers = {e.id: word_on(e, answer, word) for e, (*_, answer) in zip(some, rows, strict=True)}
    return plan_dataset(TASK, some, Resolved(answers, {}), drop_overlap=drop_overlap)


SOME = (
    ("paid by plastic", Split.TRAIN, "card"),
    ("paid in coins", Split.TRAIN, "cash"),
    ("a chip and a pin", Split.VALIDATION, "card"),
    ("notes and coins", Split.TEST, "cash"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "datasets"


# Planning


def test_every_answered_example_is_a_row_of_its_split() -> None:
    planned = plan(*SOME)
    assert {split: len(rows) for split, rows in planned.rows.items()} == {
        Split.TRAIN: 2,
        Split.VALIDATION: 1,
        Split.TEST: 1,
    }
    row = planned.rows[Split.TRAIN][1]
    assert (row.input, row.completion, row.answer) == ("paid in coins", "cash", "cash")
    assert (row.word, row.confidence, row.sources) == (Word.PERSON, 0.75, ("ann",))
    assert [message.role for message in row.prompt] == ["system", "user"]
    assert planned.left_out == {}
    assert planned.refusals == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(Split), st.sampled_from([*Word, None])), min_size=1, max_size=20
    )
)
def test_held_out_rows_never_stand_on_votes_and_nothing_is_lost(
    some: Sequence[tuple[Split, Word | None]],
) -> None:
    examples = [example(f"text {'x' * n}", split) for n, (split, _) in enumerate(some)]
    words = {e.id: word_on(e, word=w) for e, (_, w) in zip(examples, some, strict=True) if w}
    planned = plan_dataset(TASK, examples, Resolved(words, {}))
    for split in (Split.VALIDATION, Split.TEST):
        assert all(row.word is not Word.VOTES for row in planned.rows[split])
    voted = sum(word is Word.VOTES and split is not Split.TRAIN for split, word in some)
    assert planned.left_out.get("held out, and only functions have said", 0) == voted
    kept = sum(len(rows) for rows in planned.rows.values())
    assert kept + sum(planned.left_out.values()) == len(some)


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("text", "gold", "its answer is not one of the labels"),
        (" \n", "card", "its input is empty"),
    ],
)
def test_why_an_answered_example_is_left_out(text: str, answer: str, reason: str) -> None:
    planned = plan((text, Split.TRAIN, answer), *SOME)
    assert planned.left_out == {reason: 1}


def test_an_empty_response_is_left_out() -> None:
    some = example("text")
    resolved = Resolved({some.id: word_on(some, " \t")}, {})
    planned = plan_dataset(default_task(TaskKind.GENERATE), [some], resolved)
    assert planned.left_out == {"its answer is empty": 1}


def test_an_open_example_is_left_out_for_its_own_reason() -> None:
    one, two = example("one"), example("two")
    planned = plan_dataset(TASK, [one, two], Resolved({}, {one.id: "people disagree"}))
    assert planned.left_out == {"people disagree": 1, "nobody has said": 1}


# Overlap

LEAK = ("Notes and coins!", Split.TRAIN, "cash")


def test_overlap_is_refused_and_nothing_is_written(folder: Path) -> None:
    planned = plan(*SOME, LEAK)
    assert [check.check for check in planned.refusals] == ["overlap"]
    with pytest.raises(LeakageError, match="1 training rows"):
        freeze(folder, planned, ORIGIN)
    assert not folder.exists()


def test_overlap_can_be_left_out_of_training(folder: Path) -> None:
    planned = plan(*SOME, LEAK, drop_overlap=True)
    assert planned.left_out == {"says the same as a held-out row": 1}
    manifest = freeze(folder, planned, ORIGIN)
    assert manifest.counts == {Split.TRAIN: 2, Split.VALIDATION: 1, Split.TEST: 1}
    assert LEAK[0] not in [row.input for row in read_rows(folder / "v0001", Split.TRAIN)]
    assert plan(*SOME, drop_overlap=True).left_out == {}


# Freezing


def test_what_is_frozen_reads_back(folder: Path) -> None:
    planned = plan(*SOME)
    manifest = freeze(folder, planned, ORIGIN)
    assert read_manifest(folder / "v0001") == manifest
    for split in Split:
        assert read_rows(folder / "v0001", split) == planned.rows[split]
    assert (manifest.version, manifest.parent, manifest.revision) == ("v0001", None, 7)
    assert manifest.functions == ("lf@1",)
    assert manifest.words == {Word.PERSON: 2}
    assert manifest.labels["cash"] == {Split.TRAIN: 1, Split.VALIDATION: 0, Split.TEST: 1}
    assert {check.check for check in manifest.checks} == {"balance", "exam_size"}


awkward = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip) | st.sampled_from(
    ["a\u2028b", "a\x85b\x0bc", "a\r\nb\rc", "\x00a", '{"a": 1}\n']
)


@given(st.lists(awkward, min_size=1, max_size=5, unique_by=example_id))
def test_any_text_reads_back_from_a_frozen_dataset(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("datasets")
    planned = plan(*((text, Split.TRAIN, "card") for text in texts))
    version = freeze(folder, planned, ORIGIN).version
    assert [row.input for row in read_rows(folder / version, Split.TRAIN)] == texts


def test_the_hashes_are_those_of_every_file_beside_the_manifest(folder: Path) -> None:
    manifest = freeze(folder, plan(*SOME), ORIGIN)
    files = [path for path in (folder / "v0001").iterdir() if path.name != "manifest.json"]
    assert manifest.hashes == {f.name: sha256(f.read_bytes()).hexdigest() for f in files}
    assert set(manifest.hashes) == {"train.jsonl", "validation.jsonl", "test.jsonl", "card.md"}


def test_the_same_rows_have_the_same_hashes(folder: Path) -> None:
    one, two = (freeze(folder, plan(*SOME), ORIGIN) for _ in range(2))
    assert [one.version, two.version, two.parent] == ["v0001", "v0002", "v0001"]
    assert {**one.hashes, "card.md": ""} == {**two.hashes, "card.md": ""}


def test_the_files_are_read_only(folder: Path) -> None:
    freeze(folder, plan(*SOME), ORIGIN)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder / "v0001").iterdir()}
    assert modes == {0o444}
    assert [path.name for path in folder.iterdir()] == ["v0001"]


def test_the_card_tells_a_stranger_what_it_is(folder: Path) -> None:
    freeze(folder, plan(*SOME), ORIGIN)
    freeze(folder, plan(*SOME), ORIGIN)
    card = (folder / "v0002" / "card.md").read_text("utf-8")
    for part in ("# Dataset v0002", TASK.instruction, "after v0001", "| train | 2 |", "majority"):
        assert part in card
    assert "warning: Only 1 test rows" in card


def test_a_dataset_without_training_rows_is_refused(folder: Path) -> None:
    with pytest.raises(DatasetError, match="no training row") as caught:
        freeze(folder, plan(*SOME[2:]), ORIGIN)
    assert caught.value.remedy
    assert not folder.exists()


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match="could not be written") as caught:
        freeze(tmp_path / "file" / "datasets", plan(*SOME), ORIGIN)
    assert "writable" in caught.value.remedy


def test_versions_are_ordered_by_number_and_nothing_else_is_one(folder: Path) -> None:
    for name in ("v0002", "v10000", "v9999", ".draft-abc", "v12", "notes", "v0001.bak"):
        (folder / name).mkdir(parents=True)
    assert versions(folder) == ("v0002", "v9999", "v10000")
    assert freeze(folder, plan(*SOME), ORIGIN).version == "v10001"
    assert versions(folder / "nowhere") == ()


# Tampering


@pytest.mark.parametrize("split", list(Split))
def test_a_changed_file_is_noticed(folder: Path, split: Split) -> None:
    freeze(folder, plan(*SOME), ORIGIN)
    path = folder / "v0001" / f"{split.value}.jsonl"
    path.chmod(0o644)
    path.write_text(path.read_text("utf-8").replace("coins", "c0ins") + " ", "utf-8")
    with pytest.raises(DatasetError, match="not what was frozen") as caught:
        read_rows(folder / "v0001", split)
    assert "v0001" in caught.value.where
    for other in set(Split) - {split}:
        assert read_rows(folder / "v0001", other)


def test_a_missing_file_and_a_missing_manifest_are_noticed(folder: Path) -> None:
    freeze(folder, plan(*SOME), ORIGIN)
    (folder / "v0001" / "test.jsonl").unlink()
    with pytest.raises(DatasetError, match="not what was frozen"):
        read_rows(folder / "v0001", Split.TEST)
    manifest = folder / "v0001" / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text('{"version": "v0001"}')
    for broken in (folder / "v0001", folder / "v0099"):
        with pytest.raises(DatasetError, match="not a frozen dataset") as caught:
            read_manifest(broken)
        assert broken.name in caught.value.where


# Others at the same time, and being killed


def start(code: str, folder: Path) -> subprocess.Popen[str]:
    """Run `code` in a process of its own; `folder` is where to freeze."""
    before = f"""
        import sys
        from pathlib import Path
        from curation import datasets
        from curation.datasets import *
        from curation.project import default_task
        from curation.resolution import Resolved
        from curation.types import *
        folder = Path({str(folder)!r})
        def make_plan(n):
            some = [Example(id=f"e{{i}}", input="x" * i + " y") for i in range(n)]
            said = {{e.id: Resolution(example_id=e.id, answer="card", word="person", confidence=1)
                    for e in some}}
            task = default_task(TaskKind.CLASSIFY, ("card",))
            return plan_dataset(task, some, Resolved(said, {{}}))
    """
    return subprocess.Popen(
        [sys.executable, "-c", dedent(before) + dedent(code)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_freeze_at_once_never_share_a_version(folder: Path) -> None:
    code = """
        plan = make_plan(3)
        print(*(freeze(folder, plan, Origin(n)).version for n in range(15)))
    """
    racers = [start(code, folder) for _ in range(2)]
    outputs = [racer.communicate(timeout=60) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], outputs
    made = [version for out, _ in outputs for version in out.split()]
    assert sorted(made) == list(versions(folder)) == [f"v{n:04d}" for n in range(1, 31)]
    for version in made:
        manifest = read_manifest(folder / version)
        assert manifest.version == version
        assert len(read_rows(folder / version, Split.TRAIN)) == 3
    assert sorted(os.listdir(folder)) == sorted(made)  # noqa: PTH208 - names are all that matters


def test_a_version_taken_meanwhile_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(folder, plan(*SOME), ORIGIN)
    before = read_manifest(folder / "v0001")
    # The first attempt believes there is no version yet, as a slow process would.
    monkeypatch.setattr(datasets, "versions", _blind_at_first(datasets.versions))
    assert freeze(folder, plan(*SOME[:3]), ORIGIN).version == "v0002"
    assert read_manifest(folder / "v0001") == before
    assert read_manifest(folder / "v0002").parent == "v0001"
    for split in Split:
        read_rows(folder / "v0002", split)


def _blind_at_first(look: Callable[[Path], tuple[str, ...]]) -> Callable[[Path], tuple[str, ...]]:
    looks = 0

    def versions_(where: Path) -> tuple[str, ...]:
        nonlocal looks
        looks += 1
        return () if looks == 1 else look(where)

    return versions_


@pytest.mark.parametrize("step", ["_card", "_hash", "_make_read_only"])
def test_a_process_killed_while_freezing_leaves_no_version(folder: Path, step: str) -> None:
    code = f"""
        import os, signal
        freeze(folder, make_plan(2), Origin(1))
        datasets.{step} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        freeze(folder, make_plan(2000), Origin(2))
    """
    process = start(code, folder)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert list(folder.glob(".draft-*"))  # it had begun
    assert versions(folder) == ("v0001",)
    assert len(read_rows(folder / "v0001", Split.TRAIN)) == 2
    assert freeze(folder, plan(*SOME), ORIGIN).version == "v0002"


def test_an_attempt_that_fails_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(datasets, "_hash", full)
    with pytest.raises(DatasetError, match="No space left"):
        freeze(folder, plan(*SOME), ORIGIN)
    assert list(folder.iterdir()) == []


# Comparing


def test_what_changed_from_one_version_to_another(folder: Path) -> None:
    a, b, c = ("one", Split.TRAIN), ("two words", Split.TRAIN), ("three words more", Split.TRAIN)
    freeze(folder, plan((*a, "card"), (*b, "card"), *SOME), ORIGIN)
    freeze(folder, plan((*b, "cash"), (*c, "card"), *SOME), ORIGIN)
    change = compare_versions(folder, "v0001", "v0002")
    assert change.added == (example_id("three words more"),)
    assert change.removed == (example_id("one"),)
    assert change.relabelled == (example_id("two words"),)
    same = compare_versions(folder, "v0002", "v0002")
    assert (same.added, same.removed, same.relabelled) == ((), (), ())
    with pytest.raises(DatasetError):
        compare_versions(folder, "v0001", "v0009")


def test_a_frozen_file_is_plain_json_lines(folder: Path) -> None:
    freeze(folder, plan(*SOME), ORIGIN)
    lines = (folder / "v0001" / "train.jsonl").read_text("utf-8").splitlines()
    first = json.loads(lines[0])
    assert first["messages"][-1] == {"role": "assistant", "content": "card"}
    assert first["id"] == example_id("paid by plastic")
