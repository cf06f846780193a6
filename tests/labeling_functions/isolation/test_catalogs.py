from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling_functions.isolation.voter import Voter

LABELS = ("ham", "spam")
Write = Callable[..., Path]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The files the worker was asked to load, a list for each time."""
    from labeling_functions.isolation.process import Processes

    asked: list[list[str]] = []
    real = Processes.answers

    def answers(self: Processes, job: dict[str, object]) -> object:
        asked.append(list(job["files"]))  # type: ignore[call-overload]
        return real(self, job)

    monkeypatch.setattr(Processes, "answers", answers)
    return asked


def test_only_what_changed_is_loaded_again(
    voter: Voter, write: Write, loaded: list[list[str]]
) -> None:
    for name in "abc":
        folder = write(f"{name} = keywords('{name}', 'spam', ['x'])", f"{name}.py")
    first = voter.describe(folder, LABELS)
    assert voter.describe(folder, LABELS) == first
    assert loaded == [["a.py", "b.py", "c.py"]]
    write("b = keywords('b', 'ham', ['y'])", "b.py")
    second = voter.describe(folder, LABELS)
    assert loaded[1:] == [["b.py"]]
    assert [f.name for f in second.functions] == ["a", "b", "c"]
    same = [f == g for f, g in zip(first.functions, second.functions, strict=True)]
    assert same == [True, False, True]
    (folder / "c.py").unlink()
    assert [f.name for f in voter.describe(folder, LABELS).functions] == ["a", "b"]
    assert len(loaded) == 2


def test_a_file_is_loaded_again_when_what_it_reads_or_imports_changed(
    voter: Voter, write: Write, loaded: list[list[str]]
) -> None:
    write("from deeper import CITIES", "shared.py", shop=False)
    write("CITIES = ['Bern']", "deeper.py", shop=False)
    write("from shared import CITIES\nc = keywords('c', 'spam', CITIES)", "imports.py")
    folder = write(
        "from pathlib import Path\n"
        "made = [keywords(w, 'ham', [w]) for w in Path('words.txt').read_text().split()]",
        "reads.py",
    )
    (folder / "words.txt").write_text("one two")
    assert [f.name for f in voter.describe(folder, LABELS).functions] == ["c", "one", "two"]
    before = {f.name: f.fingerprint for f in voter.describe(folder, LABELS).functions}
    (folder / "words.txt").write_text("one two three")
    assert [f.name for f in voter.describe(folder, LABELS).functions][1:] == ["one", "two", "three"]
    write("CITIES = ['Basel']", "deeper.py", shop=False)
    after = {f.name: f.fingerprint for f in voter.describe(folder, LABELS).functions}
    assert after["c"] != before["c"]
    assert loaded[1:] == [["reads.py"], ["deeper.py", "imports.py", "shared.py"]]


def test_other_labels_are_another_question(
    voter: Voter, write: Write, loaded: list[list[str]]
) -> None:
    folder = write("a = keywords('a', 'spam', ['x'])")
    assert len(voter.describe(folder, LABELS).functions) == 1
    assert len(voter.describe(folder, ("ham", "eggs")).faults) == 1
    assert len(loaded) == 2


def test_what_did_not_load_is_tried_again(
    voter: Voter, write: Write, loaded: list[list[str]]
) -> None:
    folder = write("import missing_for_now")
    write("a = keywords('a', 'spam', ['x'])", "good.py")
    for _ in range(2):
        assert "missing_for_now" in voter.describe(folder, LABELS).faults[0].error
    assert loaded == [["functions.py", "good.py"], ["functions.py"]]


def test_an_edit_that_keeps_size_and_time_is_seen(voter: Voter, write: Write) -> None:
    folder = write("a = keywords('a', 'spam', ['x'])")
    first, stat = voter.describe(folder, LABELS), (folder / "functions.py").stat()
    write("a = keywords('a', 'spam', ['y'])")
    os.utime(folder / "functions.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert voter.describe(folder, LABELS).functions != first.functions
