"""`tunesmith quick`: the numbers with n and interval, and the labels in doubt."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from curation.project import Project
from curation.types import Annotation, Example, Split, example_id
from curation.vectors import append, begin
from studio import loop
from studio.cli import app
from studio.stations.embedding import embedding_folder
from tests.curation.test_projection import blobs

LABELS = ("card", "cash", "refund")
TEXTS = [f"{LABELS[n % 3]} question number {n}" for n in range(60)]


@pytest.fixture
def shop(project: Project, make_example: Callable[..., Example]) -> Project:
    """Return a project with a wrong answer among 45, and 15 validation rows with gold."""
    ids = [example_id(text) for text in TEXTS]
    project.store.add_examples(
        make_example(
            text,
            split=Split.TRAIN if n < 45 else Split.VALIDATION,
            reference=None if n < 45 else LABELS[n % 3],
        )
        for n, text in enumerate(TEXTS)
    )
    folder = embedding_folder(project)
    folder.mkdir(parents=True)
    append(folder, begin(folder, project.settings.embedding_model, 16), ids, blobs(60), cut=0)
    loop.answer(
        project,
        [
            Annotation(uid=f"u{n}", example_id=ids[n], answer=LABELS[(n + (n == 4)) % 3])
            for n in range(45)
        ],
    )
    return project


def test_scripts_get_one_object_and_people_a_table(shop: Project) -> None:
    arguments = ["quick", "--project", str(shop.folder)]
    said = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert said["fitted_on"] == {"people": 45, "files": 0, "votes": 0}
    assert (said["validation"]["value"], said["validation"]["n"]) == (1, 15)
    assert 0.7 < said["validation"]["low"] < 1
    assert said["out_of_fold"]["n"] == 45
    assert list(said["doubts"]) == [example_id(TEXTS[4])]
    assert said["doubts"][example_id(TEXTS[4])]["likelier"] == "cash"
    shown = CliRunner().invoke(app, arguments).stdout
    assert "1.000" in shown
    assert "n=15" in shown
    assert TEXTS[4] in shown
    none = json.loads(CliRunner().invoke(app, [*arguments, "--json", "--number", "0"]).stdout)
    assert (none["doubts"], none["doubted"]) == ({}, 1)
