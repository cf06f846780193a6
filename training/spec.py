"""Everything that determines a run, as data: parameters, recipes, presets and run ids."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Literal

from curation.exceptions import RunError
from curation.types import RunSpec
from training.recipes import RECIPES
from training.words import ADJECTIVES, ANIMALS

Value = float | int | str | bool
BUNDLED = "bundled:smollm2-135m-instruct"
"""The base model that needs no network."""


@dataclass(frozen=True)
class Parameter:
    """A knob of a recipe, described well enough to draw a form from.

    Attributes
    ----------
    name : str
    default : float, int, str or bool
    kind : {"int", "float", "choice", "bool"}
    low, high : float or None
        The smallest and largest value allowed, both inclusive.
    description : str
        One sentence for the person who turns the knob.
    choices : tuple of str
        The values of a `choice`.
    """

    name: str
    default: Value
    kind: Literal["int", "float", "choice", "bool"]
    low: float | None
    high: float | None
    description: str
    choices: tuple[str, ...] = ()

    def complaint(self, value: Value) -> str | None:
        """Return what is wrong with a value, or None.

        Examples
        --------
        >>> Parameter("rank", 16, "int", 1, 256, "").complaint(0)
        'rank is 0, and must be between 1 and 256.'
        """
        if self.kind == "choice":
            known = ", ".join(self.choices)
            return (
                None if value in self.choices else f"{self.name} is {value!r}, not one of {known}."
            )
        if not self._is_kind(value):
            return f"{self.name} is {value!r}, and must be of kind {self.kind}."
        return self._out_of_range(value)

    def _is_kind(self, value: Value) -> bool:
        if self.kind == "bool" or isinstance(value, bool):
            return self.kind == "bool" and isinstance(value, bool)
        return isinstance(value, int if self.kind == "int" else int | float)

    def _out_of_range(self, value: Value) -> str | None:
        low = float("-inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if low <= float(value) <= high:
            return None
        return f"{self.name} is {value}, and must be between {self.low:g} and {self.high:g}."


@dataclass(frozen=True)
class Recipe:
    """A training method: how it wraps a model, and its knobs.

    Attributes
    ----------
    name, summary : str
    parameters : tuple of Parameter
        Its own knobs and the common ones, with its own defaults.
    wrap : callable
        Takes a model and the parameters, returns the model with only what it trains unfrozen.
    saves : {"adapter", "model"}
        The folder of the run that holds its weights.
    """

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    wrap: Callable[[Any, Mapping[str, Any]], Any]
    saves: Literal["adapter", "model"] = "adapter"


def common(learning_rate: float, **defaults: Value) -> tuple[Parameter, ...]:
    """Return the knobs every recipe has, with a recipe's own defaults where it names them.

    Examples
    --------
    >>> [p.default for p in common(5e-4, epochs=5) if p.name in ("learning_rate", "epochs")]
    [0.0005, 5]
    """
    knobs = (
        Parameter("learning_rate", learning_rate, "float", 1e-7, 1.0, "Size of a step."),
        Parameter("epochs", 3, "int", 1, 100, "Passes over the training rows, at most."),
        Parameter("batch_size", 8, "int", 1, 256, "Rows in memory at once."),
        Parameter("accumulation", 1, "int", 1, 256, "Batches added up before a step."),
        Parameter("max_steps", 0, "int", 0, 1_000_000, "Stop after so many steps; 0: no limit."),
        Parameter("max_length", 1024, "int", 8, 131_072, "Longest row, in tokens."),
        Parameter(
            *("over_long", "drop", "choice", None, None, "What to do with longer rows."),
            choices=("drop", "cut"),
        ),
        Parameter("warmup", 0.05, "float", 0, 1, "Share of the steps spent warming up."),
        Parameter(
            *("schedule", "cosine", "choice", None, None, "How the learning rate falls."),
            choices=("cosine", "linear", "constant_with_warmup"),
        ),
        Parameter("weight_decay", 0.0, "float", 0, 1, "Pull of the weights towards zero."),
        Parameter("evaluations", 1, "int", 1, 50, "Validations in an epoch."),
        Parameter("patience", 2, "int", 1, 100, "Validations without progress before stopping."),
        Parameter(
            *("precision", "auto", "choice", None, None, "Number format of the arithmetic."),
            choices=("auto", "float32", "bfloat16"),
        ),
    )
    return tuple(
        Parameter(**{**vars(knob), "default": defaults.get(knob.name, knob.default)})
        for knob in knobs
    )


def parameters_of(spec: RunSpec) -> dict[str, Value]:
    """Return every parameter of a run: the recipe's defaults under what the spec sets."""
    recipe: Recipe = RECIPES[spec.recipe]
    return {knob.name: knob.default for knob in recipe.parameters} | spec.parameters


def validate(spec: RunSpec) -> None:
    """Refuse a spec that could not run.

    Raises
    ------
    UnknownNameError
        The recipe does not exist.
    RunError
        A parameter does not exist or is out of range; every complaint is in the message.
    """
    knobs = {knob.name: knob for knob in RECIPES[spec.recipe].parameters}
    strangers = sorted(set(spec.parameters) - set(knobs))
    complaints = [f"{name} is not a parameter of {spec.recipe}." for name in strangers]
    for name, value in spec.parameters.items():
        complaint = knobs[name].complaint(value) if name in knobs else None
        complaints += [complaint] if complaint else []
    if complaints:
        raise RunError(" ".join(complaints), where=spec.id, remedy=f"Known: {', '.join(knobs)}.")


def new_run_id(now: datetime, existing: Iterable[str]) -> str:
    """Return a run id that is not taken: the day and two words that are easy to say.

    Examples
    --------
    >>> from datetime import datetime
    >>> first = new_run_id(datetime(2026, 11, 22), [])
    >>> first[:11], first != new_run_id(datetime(2026, 11, 22), [first])
    ('2026-11-22-', True)
    """
    taken = set(existing)
    for attempt in count():
        digest = sha256(f"{now.isoformat()} {attempt}".encode()).digest()
        words = ADJECTIVES[digest[0] % len(ADJECTIVES)], ANIMALS[digest[1] % len(ANIMALS)]
        suffix = "" if attempt < 100 else f"-{attempt}"
        name = f"{now:%Y-%m-%d}-{'-'.join(words)}{suffix}"
        if name not in taken:
            return name
    raise AssertionError


PRESETS = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Preset:
    """A recipe, a base model and parameters that go well together."""

    name: str
    recipe: str
    base_model: str
    parameters: dict[str, Value]
    seed: int = 13


def preset_names() -> tuple[str, ...]:
    """Return the names of the presets that come with Tunesmith."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))


def load_preset(name: str) -> Preset:
    """Return a preset by its name, or by the path of a TOML file.

    Raises
    ------
    RunError
        There is no such preset, or the file does not read.
    """
    path = Path(name) if name.endswith(".toml") else PRESETS / f"{name}.toml"
    known = f"There is: {', '.join(preset_names())}."
    try:
        fields = tomllib.loads(path.read_text("utf-8"))
        return Preset(name=path.stem, **fields)
    except FileNotFoundError as error:
        raise RunError(f"There is no preset {name!r}.", remedy=known) from error
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise RunError(f"The preset does not read: {error}.", where=str(path)) from error
