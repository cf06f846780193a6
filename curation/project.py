"""A project is a folder: create it, open it, and name the paths inside it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import Field, ValidationError, field_validator

from curation.exceptions import ProjectError
from curation.store import Store
from curation.types import Criterion, JsonObject, Noun, Task, TaskKind

SETTINGS = "project.toml"

DEFAULT_INSTRUCTIONS = {
    TaskKind.CLASSIFY: "Classify the message.",
    TaskKind.EXTRACT: "Mark the spans asked for.",
    TaskKind.GENERATE: "Summarise the text in plain language.",
}
DEFAULT_CRITERIA = {
    TaskKind.CLASSIFY: Criterion(metric="accuracy", target=0.7, minimum_gain=0.05),
    TaskKind.EXTRACT: Criterion(metric="exact_match", target=0.5, minimum_gain=0.05),
    TaskKind.GENERATE: Criterion(metric="rougeL", target=0.3, minimum_gain=0.02),
}


class Review(Noun):
    """How people are asked."""

    shares: dict[str, float] = Field(
        default_factory=dict,
        description="The share of every way to choose what to ask; empty: the ones we find good.",
    )
    people: int = Field(default=1, ge=1, le=20, description="How many people answer an example.")
    round: int = Field(default=100, ge=10, le=1000, description="Cards drawn at a time.")
    verify_from: float = Field(
        default=0.9,
        gt=0,
        description="Suggestions at least so probable are asked as a yes-or-no question;"
        " over 1: none is.",
    )
    leaderboard: bool = Field(default=False, description="Whether everybody's pace is shown.")

    @field_validator("shares")
    @classmethod
    def _shares_are_parts(cls, shares: dict[str, float]) -> dict[str, float]:
        if shares and (min(shares.values()) < 0 or sum(shares.values()) <= 0):
            raise ValueError("shares must not be negative, and one must be more than nothing")
        return shares


class Settings(Noun):
    """What a person decides about a project; `project.toml` in the project's folder."""

    name: str = Field(min_length=1, description="The project's name.")
    task: Task = Field(description="What it teaches.")
    seed: int = Field(default=13, description="Decides the splits and everything random.")
    shares: tuple[float, float, float] = Field(
        default=(0.7, 0.15, 0.15), description="Train, validation and test, where no file says."
    )
    aggregator: str = Field(
        default="auto", description='What adds the votes up; "auto": what gold says is best.'
    )
    threshold: float = Field(
        default=0.5, gt=0, le=1, description="The least probability at which votes are an answer."
    )
    engine: Literal["local", "ray"] = Field(
        default="local", description="Where Python functions vote: here, or on a Ray cluster."
    )
    ray_address: str = Field(
        default="",
        description="The Ray cluster's address; empty: Ray is started on this machine.",
    )
    base_model: str = Field(
        default="bundled:smollm2-135m-instruct", description="The model a run starts from."
    )
    embedding_model: str = Field(
        default="bundled:all-minilm-l6-v2", description="The model that says what is like what."
    )
    retrain_every: Literal["week", "month", "quarter", ""] = Field(
        default="quarter", description="How often to train again; empty: no fixed rhythm."
    )
    retrain_after: int = Field(default=200, ge=0, description="New answers by people; 0: never.")
    label_studio_url: str = Field(
        default="", description="Label Studio's address; its token is LABEL_STUDIO_API_KEY."
    )
    review: Review = Field(default_factory=Review, description="How people are asked.")

    @field_validator("task")
    @classmethod
    def _labels_are_told_apart(cls, task: Task) -> Task:
        if len(set(task.labels)) < len(task.labels) or not all(map(str.strip, task.labels)):
            raise ValueError("labels must be words, and each another one")
        return task


@dataclass(frozen=True)
class Project:
    """An open project.

    Attributes
    ----------
    folder : Path
        The folder that holds everything.
    settings : Settings
        As `project.toml` said when the project was opened.
    """

    folder: Path
    settings: Settings

    @cached_property
    def store(self) -> Store:
        """The project's database."""
        return Store(self.folder / "project.db")

    @property
    def task(self) -> Task:
        """What the project teaches."""
        return self.settings.task

    @property
    def functions(self) -> Path:
        """The folder of the user's labeling functions."""
        return self.folder / "labeling_functions"

    @property
    def metrics(self) -> Path:
        """The folder of the user's own metrics; it may be absent."""
        return self.folder / "metrics"

    @property
    def offensive_words(self) -> Path:
        """The user's own list of offensive words, a term a line; the file may be absent."""
        return self.folder / "offensive.txt"

    @property
    def votes(self) -> Path:
        """The folder of cached votes; it may be deleted."""
        return self.folder / "votes"

    @property
    def columns(self) -> Path:
        """The folder of examples as columns; it may be deleted."""
        return self.folder / "columns"

    @property
    def datasets(self) -> Path:
        """The folder of frozen dataset versions."""
        return self.folder / "datasets"

    @property
    def runs(self) -> Path:
        """The folder of runs."""
        return self.folder / "runs"

    @property
    def guidelines(self) -> Path:
        """What reviewers go by, as text; the file may be absent."""
        return self.folder / "guidelines.md"

    @property
    def baselines(self) -> Path:
        """The folder of untrained models' answers; it may be deleted."""
        return self.folder / "baselines"


def default_task(kind: TaskKind, labels: tuple[str, ...] = (), instruction: str = "") -> Task:
    """Return a task of this kind with a sensible instruction and criterion."""
    return Task(
        kind=kind,
        instruction=instruction or DEFAULT_INSTRUCTIONS[kind],
        labels=labels,
        criterion=DEFAULT_CRITERIA[kind],
    )


def parse_labels(text: str) -> tuple[str, ...]:
    """Return the labels somebody typed with commas between them, each once.

    Examples
    --------
    >>> parse_labels("refund, other,, refund")
    ('refund', 'other')
    """
    return tuple(dict.fromkeys(label.strip() for label in text.split(",") if label.strip()))


def create_project(folder: Path, settings: Settings) -> Project:
    """Make a new project in an empty or absent folder.

    Raises
    ------
    ProjectError
        If the folder holds something already or cannot be made, or the settings cannot be kept.
    """
    _as_toml(settings)  # before anything is made: some settings cannot be kept
    try:
        _refuse_taken(folder)
        for part in ("labeling_functions", "datasets", "runs"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(
            f"The folder cannot be made: {error.strerror}.",
            where=str(folder),
            remedy="Choose a place you may write to.",
        ) from error
    project = Project(folder.resolve(), settings)
    _ = project.store
    write_settings(project.folder, settings)  # last: a folder with settings is a whole project
    return project


def _refuse_taken(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(
            "There is something in this folder already.",
            where=str(folder),
            remedy="Choose another name, or open the project if it is one.",
        )


def open_project(folder: Path) -> Project:
    """Open the project in a folder.

    Raises
    ------
    ProjectError
        If there is none, or its settings do not read; the line or field is named.
    """
    path = folder / SETTINGS
    try:
        text = path.read_text("utf-8-sig")  # some editors begin a file with a mark
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ProjectError(
            "This folder is not a Tunesmith project.",
            where=str(folder),
            remedy="Make one with `tunesmith new`, or name another folder.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(
            f"The settings cannot be read: {error}.",
            where=str(path),
            remedy="Let the file be readable and saved as UTF-8, then open the project again.",
        ) from error
    try:
        return Project(folder.resolve(), Settings.model_validate(tomllib.loads(text)))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ProjectError(
            f"The settings do not read: {_first_problem(error)}",
            where=str(path),
            remedy="Mend the file in a text editor, then open the project again.",
        ) from error


def is_project(folder: Path) -> bool:
    """Return whether a folder holds a project."""
    try:
        return (folder / SETTINGS).is_file()
    except OSError:  # a folder of somebody else's, or a name no folder can have
        return False


def change_settings(project: Project, settings: Settings) -> Project:
    """Write new settings and return the project opened with them.

    Labels may be added, not taken away: that would orphan the answers people gave with them.

    Raises
    ------
    ProjectError
        If a label would be lost, or the settings cannot be kept.
    """
    kept = open_project(project.folder).task.labels  # another process may have added some
    lost = [label for label in kept if label not in settings.task.labels]
    if lost:
        raise ProjectError(
            f"Labels cannot be taken away: {', '.join(lost)}.",
            where=project.settings.name,
            remedy="People may have answered with them. Add labels, or make a new project.",
        )
    write_settings(project.folder, settings)
    return Project(project.folder, settings)


def change_task(project: Project, **changes: object) -> Project:
    """Write a task with some fields changed, the others as the file has them now.

    Raises
    ------
    ProjectError
        If a field does not fit, or a label would be lost.
    """
    settings = open_project(project.folder).settings
    try:
        task = Task.model_validate(settings.task.model_dump() | changes)
    except ValidationError as error:
        raise ProjectError(
            f"The task cannot be changed so: {_first_problem(error)}", where=settings.name
        ) from error
    return change_settings(project, settings.model_copy(update={"task": task}))


def write_settings(folder: Path, settings: Settings) -> None:
    """Write `project.toml` in one step."""
    path = folder / SETTINGS
    temporary = path.with_suffix(f".{uuid4().hex}.tmp")  # two processes may write at once
    temporary.write_bytes(_as_toml(settings))
    temporary.replace(path)


def _as_toml(settings: Settings) -> bytes:
    """Return settings as TOML that reads back as what they are."""
    try:
        text = _toml(settings.model_dump(mode="json")).encode()
        if Settings.model_validate(tomllib.loads(text.decode())) == settings:
            return text
        problem = "they would read back as something else."
    except ValueError as error:
        problem = _first_problem(error)
    raise ProjectError(
        f"The settings cannot be kept: {problem}",
        where=settings.name,
        remedy="Use whole characters and finite numbers.",
    )


def _toml(table: JsonObject, prefix: str = "") -> str:
    """Return a nested table as TOML. JSON's strings, numbers and lists are TOML's too."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"{key} = {_toml_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += ["", f"[{prefix}{key}]", _toml(value, f"{prefix}{key}.").rstrip("\n")]
    return "\n".join(lines) + "\n"


def _toml_value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")


def _first_problem(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}."
    return f"{error}."
