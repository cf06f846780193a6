"""One warm voter for all tests, and functions folders to write in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import settings

from curation.types import Example, example_id
from labeling_functions.voting import Voter

# A busy machine makes single examples slow; that is no failure.
settings.register_profile("patient", deadline=None, max_examples=50)
settings.load_profile("patient")

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def voter() -> Iterator[Voter]:
    with Voter(seconds_to_load=10) as voter:
        yield voter


@pytest.fixture
def write(tmp_path: Path) -> Write:
    folder = tmp_path / "labeling_functions"
    folder.mkdir()

    def write(code: str, file: str = "functions.py", *, shop: bool = True) -> Path:
        imports = "from labeling_functions import *\n" if shop else ""
        (folder / file).write_text(imports + dedent(code), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def examples() -> Callable[..., list[Example]]:
    def examples(*texts: str) -> list[Example]:
        return [Example(id=example_id(text), input=text) for text in texts]

    return examples
