"""A diagnosis as it is kept with its run: causes, explanations, slices, and what to do next."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import Field, ValidationError

from curation.exceptions import EvaluationError
from curation.types import Noun, now
from evaluation.diagnosis.actions import Action
from evaluation.diagnosis.claim import Kind, Rows
from evaluation.diagnosis.explain import Explanation
from evaluation.diagnosis.scene import Scene
from evaluation.slicing.discover import Discovered


class Proposal(Noun):
    """An action worth its time, with the evidence for it."""

    cause: str = Field(description="By its name in `CAUSES`.")
    subject: str = Field(description="What it is about.")
    do: Kind = Field(description="What it asks for.")
    title: str = Field(description="What to do, in a sentence.")
    sentence: str = Field(description="The evidence, with its numbers.")
    advice: str = Field(default="", description="How to mend it, where that can be said.")
    errors: tuple[str, ...] = Field(description="Validation rows it explains.")
    rows: tuple[str, ...] = Field(description="Validation rows on which it should show.")
    latent: float = Field(default=0.0, description="Errors beyond those seen.")
    rate: float = Field(description="The error rate on these rows now.")
    expected: float = Field(description="The error rate they should fall to.")
    confidence: float = Field(description="How sure the cause is, 0 to 1.")
    minutes: float = Field(description="What it takes a person, about.")
    work_on: tuple[str, ...] = Field(default=(), description="The examples to act on.")

    @property
    def key(self) -> str:
        """What tells it from the run's other proposals."""
        return f"{self.cause}: {self.subject}"


class Explained(Noun):
    """Why one row was got wrong, as likely as its evidence makes it."""

    example_id: str = Field(description="The validation row.")
    cause: str = Field(description="By its name.")
    subject: str = Field(default="", description="What it is about, where it is claimed of many.")
    words: str = Field(description="The evidence.")
    rows: tuple[str, ...] = Field(default=(), description="The training rows behind it.")
    claimed: bool = Field(default=False, description="A test says so; else only its neighbours.")


class FoundSlice(Noun):
    """A slice on which the run errs more, found on one half of validation, tested on the other."""

    name: str = Field(description="What its rows have in common.")
    example_ids: tuple[str, ...] = Field(description="All its validation rows.")
    n: int = Field(description="Of the half it was tested on.")
    errors: int = Field(description="Of these.")
    rate: float = Field(description="The error rate there.")
    low: float = Field(description="Lower end of its 95 % interval.")
    high: float = Field(description="Upper end.")
    elsewhere: float = Field(description="The error rate of the other rows.")
    explained: float = Field(description="The share of all errors that is beyond that.")
    p_value: float = Field(description="Corrected for all slices tested.")


class Diagnosis(Noun):
    """Why a run got validation rows wrong."""

    run: str = Field(description="The run.")
    dataset: str = Field(description="Its dataset.")
    at: datetime = Field(default_factory=now, description="When it was made.")
    n: int = Field(description="Validation rows.")
    errors: int = Field(description="Of them wrong.")
    proposals: tuple[Proposal, ...] = Field(default=(), description="What to do next, best first.")
    explanations: tuple[Explained, ...] = Field(default=(), description="One an error.")
    slices: tuple[FoundSlice, ...] = Field(default=(), description="Most errors explained first.")
    lacking: tuple[str, ...] = Field(
        default=(), description="What could not be looked at, and what would let us."
    )

    def of(self, example_id: str) -> Explained | None:
        """Return why a row was got wrong; None where it was not."""
        return next((one for one in self.explanations if one.example_id == example_id), None)


def record(
    run: str,
    dataset: str,
    scene: Scene,
    actions: Sequence[Action],
    explanations: Sequence[Explanation],
    slices: Sequence[Discovered],
    lacking: Sequence[str] = (),
) -> Diagnosis:
    """Return a diagnosis that stands without its scene: rows are named by their ids."""
    return Diagnosis(
        run=run,
        dataset=dataset,
        n=len(scene.asked),
        errors=len(scene.errors),
        proposals=tuple(_proposal(scene, action) for action in actions),
        explanations=tuple(Explained(**vars(one)) for one in explanations),
        slices=tuple(_slice(scene, one) for one in slices),
        lacking=tuple(lacking),
    )


def _proposal(scene: Scene, action: Action) -> Proposal:
    claim = action.claim
    wrong = scene.asked.wrong[claim.rows]
    return Proposal(
        cause=claim.cause,
        subject=claim.subject,
        do=claim.do,
        title=action.title,
        sentence=claim.sentence,
        advice=claim.advice,
        errors=_ids(scene, claim.errors),
        rows=_ids(scene, claim.rows),
        latent=claim.latent,
        rate=float(wrong.mean()) if len(wrong) else 0.0,
        expected=claim.expected,
        confidence=claim.confidence,
        minutes=action.minutes,
        work_on=claim.work_on,
    )


def _slice(scene: Scene, one: Discovered) -> FoundSlice:
    fields = {name: value for name, value in vars(one).items() if name != "rows"}
    return FoundSlice(example_ids=_ids(scene, one.rows), **fields)


def _ids(scene: Scene, rows: Rows) -> tuple[str, ...]:
    return tuple(scene.asked.ids[row] for row in rows.tolist())


def save(diagnosis: Diagnosis, path: Path) -> None:
    """Write a diagnosis as JSON; the file appears whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(diagnosis.model_dump_json(indent=1), encoding="utf-8")
    part.replace(path)


def load(path: Path) -> Diagnosis:
    """Read a diagnosis that `save` wrote.

    Raises
    ------
    EvaluationError
        When the file is not a diagnosis.
    """
    try:
        return Diagnosis.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        what = f"The diagnosis cannot be read: {why}."
        raise EvaluationError(what, where=str(path), remedy="Look for causes again.") from error
