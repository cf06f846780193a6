from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import RunError, UnknownNameError
from curation.types import RunSpec
from training.recipes import RECIPES
from training.spec import (
    Parameter,
    load_preset,
    new_run_id,
    parameters_of,
    preset_names,
    validate,
)

MakeSpec = Callable[..., RunSpec]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_default_is_a_value_its_own_parameter_allows(name: str) -> None:
    for knob in RECIPES[name].parameters:
        assert knob.complaint(knob.default) is None
        assert knob.description.endswith(".")
        assert bool(knob.choices) == (knob.kind == "choice")


def test_reading_the_recipes_loads_no_torch() -> None:
    program = (
        "import sys, training.launcher, training.estimate\n"
        "from training.recipes import RECIPES\n"
        "assert [RECIPES[name].parameters for name in RECIPES]\n"
        "print(sorted({'torch', 'transformers', 'peft'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "[]"


def test_defaults_lie_under_what_the_spec_sets(make_spec: MakeSpec) -> None:
    parameters = parameters_of(make_spec("lora", rank=4))
    assert parameters["rank"] == 4
    assert parameters["batch_size"] == 8


def test_all_complaints_come_at_once(make_spec: MakeSpec) -> None:
    spec = make_spec("lora", rank=0, wings=2, precision="float8")
    with pytest.raises(RunError) as caught:
        validate(spec)
    message = str(caught.value)
    assert "rank is 0" in message
    assert "wings is not a parameter of lora" in message
    assert "precision is 'float8', not one of auto" in message


def test_an_unknown_recipe_is_answered_with_the_near_ones(make_spec: MakeSpec) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean lora"):
        validate(make_spec("lorra"))


@pytest.mark.parametrize(
    ("kind", "value", "fine"),
    [
        ("int", 2, True),
        ("int", 2.0, False),
        ("int", True, False),
        ("float", 2, True),
        ("float", 2.5, True),
        ("float", float("nan"), False),
        ("float", "2", False),
        ("bool", True, True),
        ("bool", 1, False),
    ],
)
def test_kinds_are_not_confused(
    kind: Literal["int", "float", "bool"], value: object, fine: bool
) -> None:
    low, high = (None, None) if kind == "bool" else (0, 10)
    assert (Parameter("p", 1, kind, low, high, ".").complaint(value) is None) is fine


@given(st.integers(0, 400))
@settings(max_examples=20, deadline=None)
def test_run_ids_never_repeat(taken: int) -> None:
    ids: list[str] = []
    for _ in range(taken % 60):
        ids.append(new_run_id(NOON, ids))
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("2026-11-22-") and name.count("-") >= 4 for name in ids)


@pytest.mark.parametrize("name", preset_names())
def test_presets_open_with_their_command_and_would_run(name: str, make_spec: MakeSpec) -> None:
    import training.spec

    preset = load_preset(name)
    text = (training.spec.PRESETS / f"{name}.toml").read_text("utf-8")
    assert text.startswith(f"# tunesmith train --preset {name}\n")
    spec = make_spec(preset.recipe)
    validate(spec.model_copy(update={"parameters": preset.parameters}))


def test_a_preset_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('recipe = "full"\nbase_model = "here"\n[parameters]\nepochs = 1\n')
    preset = load_preset(str(path))
    assert (preset.name, preset.recipe, preset.parameters) == ("mine", "full", {"epochs": 1})


@pytest.mark.parametrize("text", ["recipe =", 'colour = "red"', 'recipe = "lora"'])
def test_a_preset_that_does_not_read_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(RunError, match="does not read"):
        load_preset(str(path))


def test_an_unknown_preset_names_the_known() -> None:
    with pytest.raises(RunError, match="There is: lora, quick"):
        load_preset("lorra")
