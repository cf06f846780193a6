"""What makes votes stale, and the note of the last ones, whatever lies in the folders."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curation.project import Project, Settings, create_project, default_task
from curation.types import TaskKind
from studio import loop
from studio.standing import where_are_we
from studio.stations import labels


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """Return a project with two labels and nothing else."""
    task = default_task(TaskKind.CLASSIFY, ("card", "cash"))
    return create_project(tmp_path / "shop", Settings(name="shop", task=task))


def test_a_function_file_that_is_not_utf8_is_hashed_like_any_other(shop: Project) -> None:
    before = loop.functions_digest(shop)
    (shop.functions / "old.py").write_bytes("# -*- coding: latin-1 -*-\n# é\n".encode("latin-1"))
    assert loop.functions_digest(shop) != before
    assert where_are_we(shop).stations


@pytest.mark.parametrize("name", ["words.txt", "lists/words.txt", "lists/more.py"])
def test_a_file_that_functions_may_read_makes_votes_stale(shop: Project, name: str) -> None:
    path = shop.functions / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("tea", "utf-8")
    before = loop.functions_digest(shop)
    path.write_text("coffee", "utf-8")
    assert loop.functions_digest(shop) != before


@pytest.mark.parametrize("name", [".functions.tmp", "__pycache__/rules.pyc"])
def test_what_python_and_editors_leave_behind_does_not(shop: Project, name: str) -> None:
    before = loop.functions_digest(shop)
    (shop.functions / name).parent.mkdir(exist_ok=True)
    (shop.functions / name).write_bytes(b"\0")
    assert loop.functions_digest(shop) == before


@pytest.mark.parametrize("content", ['{"digest": "ab', "\0\xff", ""])
def test_a_note_that_does_not_read_is_no_note(shop: Project, content: str) -> None:
    shop.votes.mkdir()
    (shop.votes / "current.json").write_text(content, "latin-1")
    assert loop.last_votes(shop) is None
    assert where_are_we(shop).stations


def test_notes_written_at_once_do_not_meet(tmp_path: Path) -> None:
    notes = [{"examples": number} for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda note: labels._keep_note(tmp_path / "votes", note), notes))
    (kept,) = (tmp_path / "votes").iterdir()
    assert json.loads(kept.read_text("utf-8")) in notes
