"""What every test shares: a home of its own, patience on a busy machine, and a small project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from curation.project import Project, Settings, create_project, default_task
from curation.types import Example, Split, TaskKind, example_id

# A busy machine makes single examples slow; that is no failure.
settings.register_profile(
    "tunesmith", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tunesmith")


@pytest.fixture(scope="session", autouse=True)
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests away from the user's files and keys; converted models are kept between runs."""
    converted = os.environ.get("TUNESMITH_CACHE", str(Path.home() / ".cache" / "tunesmith"))
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LABEL_STUDIO_API_KEY", "HF_TOKEN", "OPENAI_API_KEY"):
            patch.delenv(name, raising=False)
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("HOME", str(home))
        patch.setenv("TUNESMITH_CACHE", converted)
        yield


@pytest.fixture
def make_example() -> Callable[..., Example]:
    def make(text: str, /, **fields: object) -> Example:
        given = {"split": Split.TRAIN, "group": text, **fields}
        return Example.model_validate({"id": example_id(text), "input": text, **given})

    return make


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty project that classifies into card, cash and refund."""
    task = default_task(TaskKind.CLASSIFY, ("card", "cash", "refund"))
    return create_project(tmp_path / "project", Settings(name="shop", task=task))
