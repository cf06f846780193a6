"""Preference pairs as TRL's DPO trainer reads them, written wholly or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.exporters.preferences import export
from curation.people.preferences import PreferencePair
from curation.types import Message, now


def pair(chosen: str) -> PreferencePair:
    return PreferencePair(
        example_id="e",
        prompt=(
            Message(role="system", content="Sum up."),
            Message(role="user", content="Ein Text"),
        ),
        chosen=chosen,
        rejected="längst\n",
        reviewers=("ann",),
        source="edit",
        at=now(),
    )


def test_a_line_is_a_prompt_with_two_endings(tmp_path: Path) -> None:
    assert export([pair("kürzer"), pair("noch kürzer")], tmp_path / "out.jsonl") == 2
    first, _ = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(first) == {
        "prompt": [
            {"role": "system", "content": "Sum up."},
            {"role": "user", "content": "Ein Text"},
        ],
        "chosen": [{"role": "assistant", "content": "kürzer"}],
        "rejected": [{"role": "assistant", "content": "längst\n"}],
    }


def test_an_export_that_breaks_leaves_what_was_there(tmp_path: Path) -> None:
    def broken() -> Iterator[PreferencePair]:
        yield pair("x")
        raise KeyboardInterrupt

    out = tmp_path / "out.jsonl"
    out.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        export(broken(), out)
    assert out.read_text() == "before"
    assert list(tmp_path.iterdir()) == [out]
