"""The same promises, held by every named thing of every registry there is."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from curation.exceptions import ImportFailedError, UnknownNameError
from curation.importers.rows import BadRow, RawRow
from curation.project import default_task
from curation.registry import Registry
from curation.types import (
    DatasetRow,
    FunctionInfo,
    Message,
    Split,
    TaskKind,
    VoteMatrix,
    Word,
)
from labeling_functions.aggregation.aggregate import aggregate

ROOT = Path(__file__).parents[1]
KNOWN = {
    "AGGREGATORS", "CHECKS", "EXPORTERS", "FAMILIES", "IMPORTERS", "METRICS", "RECIPES",
    "STRATEGIES", "TEMPLATES",
}  # fmt: skip
TASK = default_task(TaskKind.CLASSIFY, ("card", "cash"))


def scan(root: Path) -> Iterator[tuple[str, str]]:
    """Yield module and name of every Registry that a file of the project makes."""
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if relative.parts[0].startswith((".", "tests", "projects", "build")):
            continue
        module = relative.as_posix().removesuffix(".py").removesuffix("/__init__")
        for node in ast.parse(path.read_text("utf-8")).body:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Registry"):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target  # type: ignore[attr-defined]
                yield module.replace("/", "."), ast.unparse(target)


FOUND = list(scan(ROOT))
REGISTRIES: dict[str, Registry] = {
    name: getattr(import_module(module), name) for module, name in FOUND
}
THINGS = [(which, name) for which, registry in REGISTRIES.items() for name in registry]


def test_no_registry_is_forgotten(tmp_path: Path) -> None:
    assert REGISTRIES.keys() >= KNOWN
    assert len(REGISTRIES) == len(FOUND)
    (tmp_path / "new.py").write_text("NEW: Registry = registry.Registry('thing', {})")
    assert list(scan(tmp_path)) == [("new", "NEW")]


@pytest.mark.parametrize("which", REGISTRIES)
def test_a_registry_holds_something_and_says_what(which: str) -> None:
    registry = REGISTRIES[which]
    assert isinstance(registry, Registry)
    assert len(registry) >= 2
    assert registry.noun
    assert registry.noun[0].islower()


@pytest.mark.parametrize(("which", "name"), THINGS)
def test_a_name_is_easy_to_type(which: str, name: str) -> None:
    assert name.isidentifier()
    assert name.isascii()


@pytest.mark.parametrize(("which", "name"), THINGS)
def test_a_target_lives_beside_its_registry_and_resolves(which: str, name: str) -> None:
    module, _, attribute = REGISTRIES[which].target(name).partition(":")
    (home,) = (module for module, found in FOUND if found == which)
    assert module.split(".")[0] == home.split(".")[0]
    assert attribute.isidentifier()
    thing = REGISTRIES[which][name]
    assert (callable(thing) and inspect.getdoc(thing)) or thing.name == name


@pytest.mark.parametrize(("which", "name"), THINGS)
def test_a_misspelt_name_is_answered_with_the_near_ones(which: str, name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        REGISTRIES[which].target(f"{name}z")
    assert name in caught.value.remedy
    assert REGISTRIES[which].noun in caught.value.what


@pytest.mark.parametrize("which", sorted(KNOWN - {"METRICS"}))
def test_looking_at_a_registry_is_light(which: str) -> None:
    """Resolving metrics costs seconds, so they are only named; all others can be had at once."""
    (home,) = (module for module, found in FOUND if found == which)
    code = f"""
import sys
from {home} import {which} as registry
for name in registry:
    registry[name]
heavy = {{"torch", "transformers", "peft", "evaluate", "snorkel.labeling.model", "streamlit"}}
sys.exit(repr(sorted(heavy & sys.modules.keys())))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stderr == "[]\n"


# What each kind of thing promises


def row(n: int) -> DatasetRow:
    return DatasetRow(
        id=f"row{n}",
        messages=(
            Message(role="system", content="Sort it."),
            Message(role="user", content=f"text {n}"),
            Message(role="assistant", content="card"),
        ),
        answer="card",
        word=Word.PERSON,
        confidence=1,
        input=f"text {n}",
    )


@pytest.mark.parametrize("name", REGISTRIES["EXPORTERS"])
def test_an_exporter_counts_its_rows_and_writes_all_or_nothing(name: str, tmp_path: Path) -> None:
    def broken() -> Iterator[DatasetRow]:
        yield row(1)
        raise KeyboardInterrupt

    export = REGISTRIES["EXPORTERS"][name]
    out = tmp_path / "out"
    assert export((row(n) for n in range(3)), out) == 3
    whole = out.read_bytes()
    assert all(f"text {n}".encode() in whole for n in range(3))
    with pytest.raises(KeyboardInterrupt):
        export(broken(), out)
    assert out.read_bytes() == whole
    assert os.listdir(tmp_path) == ["out"]  # noqa: PTH208 - names are all that matters


@pytest.mark.parametrize("name", REGISTRIES["IMPORTERS"])
def test_an_importer_takes_a_path_and_an_encoding(name: str, tmp_path: Path) -> None:
    parameters = inspect.signature(REGISTRIES["IMPORTERS"][name]).parameters
    assert list(parameters)[:2] == ["path", "encoding"]
    assert parameters["encoding"].default is None


NONSENSE = {
    "empty": b"",
    "a header": b"text,label\n",
    "a list": b"[1, 2, null]",
    "a line of JSON": b'{"text": "hello", "messages": [{"role": "user", "content": "hi"}]}\n',
    "bytes": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("name", REGISTRIES["IMPORTERS"])
def test_an_importer_yields_rows_or_refuses_in_words(
    name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes(content)
    rows, refused = _read(REGISTRIES["IMPORTERS"][name], path)
    assert all(isinstance(some, RawRow | BadRow) for some in rows)
    assert rows if refused is None else refused.what and refused.where


def _read(
    read: Callable[[Path], Iterator[object]], path: Path
) -> tuple[list[object], ImportFailedError | None]:
    rows = []
    try:
        for some in read(path):
            rows.append(some)  # noqa: PERF402 - what came before the refusal counts too
    except ImportFailedError as error:
        return rows, error
    return rows, None


SLOW = {"label_model"}
AGGREGATORS = [
    pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW))
    for name in REGISTRIES["AGGREGATORS"]
]


@pytest.mark.parametrize("name", AGGREGATORS)
def test_an_aggregator_returns_probabilities_and_is_repeatable(name: str) -> None:
    votes = np.array([[0, 0, -1], [1, 1, 1], [0, 0, 0], [1, 1, -1]] * 5, dtype=np.int16)
    ids = tuple(f"e{n}" for n in range(len(votes)))
    functions = tuple(
        FunctionInfo(name=f"lf{n}", fingerprint="0", family="python", file="f", line=1, source="")
        for n in range(3)
    )
    matrix = VoteMatrix(ids, functions, ("card", "cash"), votes)
    one, two = (aggregate(matrix, name, seed=3).probabilities for _ in range(2))
    assert one.shape == (20, 2)
    np.testing.assert_allclose(one.sum(axis=1), 1)
    np.testing.assert_array_equal(one, two)
    assert list(one.argmax(axis=1)) == [0, 1, 0, 1] * 5


@pytest.mark.parametrize("name", REGISTRIES["TEMPLATES"])
def test_a_template_ends_with_the_user_and_keeps_the_text(name: str) -> None:
    turns = REGISTRIES["TEMPLATES"][name](TASK, "a text\n")
    assert (turns[-1].role, turns[-1].content) == ("user", "a text\n")


@pytest.mark.parametrize("name", REGISTRIES["CHECKS"])
def test_a_check_may_look_at_nothing(name: str) -> None:
    for rows in ({}, {split: (row(1),) for split in Split}):
        assert all(found.check == name for found in REGISTRIES["CHECKS"][name](TASK, rows))


@pytest.mark.parametrize("name", REGISTRIES["RECIPES"])
def test_a_recipe_knows_its_name_and_explains_every_parameter(name: str) -> None:
    recipe = REGISTRIES["RECIPES"][name]
    assert recipe.name == name
    assert recipe.summary
    assert recipe.parameters
    names = [parameter.name for parameter in recipe.parameters]
    assert len(names) == len(set(names))
