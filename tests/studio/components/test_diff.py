"""What differs between two texts, as the browser works it out: nothing is lost or made up."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from studio.components.labeller import ASSETS

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node runs the script")
Pieces = list[dict[str, str]]


def differences(pairs: list[tuple[str, str]], tmp_path: Path) -> list[Pieces]:
    """Return the pieces of each pair, by the browser's own script."""
    (tmp_path / "pairs.json").write_text(json.dumps(pairs), "utf-8")
    ask = f"""
    import {{ readFileSync }} from "node:fs";
    const pairs = JSON.parse(readFileSync({json.dumps(str(tmp_path / "pairs.json"))}));
    console.log(JSON.stringify(pairs.map(([one, other]) => difference(one, other))));
    """
    script = (ASSETS / "diff.js").read_text("utf-8") + ask
    command = ["node", "--input-type=module", "-"]
    run = subprocess.run(
        command, input=script, capture_output=True, text=True, check=True, timeout=60
    )
    found: list[Pieces] = json.loads(run.stdout)
    return found


def test_both_texts_are_whole_and_what_is_the_same_is_the_same(tmp_path: Path) -> None:
    random = Random(7)
    words = ["a", "b", "c", "d\n", "  e", "\n", " ", "😬", "long-word."]
    texts = [" ".join(random.choices(words, k=random.randint(0, 9))) for _ in range(800)]
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    for (one, other), pieces in zip(pairs, differences(pairs, tmp_path), strict=True):
        assert "".join(piece["one"] for piece in pieces) == one
        assert "".join(piece["other"] for piece in pieces) == other
        for piece in pieces:
            absent = {"gone": "other", "new": "one"}.get(piece["kind"])
            if absent is None:
                assert piece["one"].split() == piece["other"].split()
            else:
                assert piece[absent] == ""


CASES: list[tuple[str, str, list[Any]]] = [
    ("the cat sat", "the cat sat", [("same", "the cat sat")]),
    (
        "the cat sat",
        "the dog sat",
        [("same", "the "), ("gone", "cat "), ("new", "dog "), ("same", "sat")],
    ),
    ("one two", "one two three", [("same", "one two"), ("new", "three")]),
    ("", "new", [("new", "new")]),
    ("", "", []),
]


@pytest.mark.parametrize(("one", "other", "expected"), CASES)
def test_only_the_words_that_differ_are_told(
    one: str, other: str, expected: list[Any], tmp_path: Path
) -> None:
    (pieces,) = differences([(one, other)], tmp_path)
    assert [(p["kind"], p["one"] or p["other"]) for p in pieces] == expected


def test_a_very_long_change_counts_as_replaced_and_costs_no_time(tmp_path: Path) -> None:
    one, other = (" ".join(f"{sign}{n}" for n in range(20_000)) for sign in "xy")
    (pieces,) = differences([(one, other)], tmp_path)
    assert [piece["kind"] for piece in pieces] == ["gone", "new"]
