"""The sample projects, made from the files in `sample_data`."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import sample_data
from curation.project import Project, Settings, create_project, is_project, open_project
from curation.types import Criterion, Task, TaskKind
from studio import loop

SAMPLES = {
    "retail": "Customer messages of a retail chain, to sort by what the customer wants.",
    "policies": "Policy texts, to say in plain language.",
}

RETAIL = Task(
    kind=TaskKind.CLASSIFY,
    instruction="Say what the customer wants.",
    labels=(
        "store_hours",
        "stock",
        "order_status",
        "delivery_problem",
        "returns",
        "billing",
        "product_question",
        "account",
        "complaint",
    ),
    criterion=Criterion(metric="accuracy", target=0.7, minimum_gain=0.1),
)
POLICIES = Task(
    kind=TaskKind.GENERATE,
    instruction="Say in one or two plain sentences what this policy means for the reader.",
    criterion=Criterion(metric="rougeL", target=0.3, minimum_gain=0.02),
)


def files(name: str) -> Path:
    """Return the folder of a sample's files."""
    return Path(sample_data.__file__).parent / name


def open_sample(name: str, projects: Path) -> Project:
    """Open a sample project, making it when it is not there."""
    folder = projects / name
    if not is_project(folder):
        projects.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".sample-", dir=projects) as draft:
            _make(name, Path(draft) / name)
            (Path(draft) / name).rename(folder)  # whole or not at all
    return open_project(folder)


def _make(name: str, folder: Path) -> None:
    retail = name == "retail"
    project = create_project(folder, Settings(name=name, task=RETAIL if retail else POLICIES))
    if retail:
        for file in files(name).joinpath("labeling_functions").glob("*.py"):
            shutil.copy(file, project.functions / file.name)
    loop.import_file(project, files(name) / ("messages.csv" if retail else "policies.jsonl"))
    project.store.close()
