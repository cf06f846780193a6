"""Send tasks to a real Label Studio and bring back what changed, against reading its whole list.

    python -m benchmarks.label_studio [--tasks 10000] [--push 1000] [--changed 100]

Starts a Label Studio of its own, with an empty database, by `scripts/label_studio.py`. A push sends
tasks with predictions and keeps where it is after every batch. A pull is timed from the same place
before and after the SDK reads the list (`tasks.list` as it comes), so that both sides meet the same
load; the middle one counts. Then everything is pushed and pulled twice more: `lost` and `doubled`
count tasks and answers that are missing or too many, here and there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from curation.project import Project, Settings, create_project, default_task
from curation.review.label_studio import sync
from curation.review.label_studio.door import Connection, connect
from curation.review.label_studio.sync import PushState
from curation.review.queue import QueueItem
from curation.types import Example, TaskKind, example_id

SCRIPT = Path(__file__).parents[1] / "scripts" / "label_studio.py"
LABELS = ("delivery", "refund", "account", "other")
PULLS = 3
"""Pulls timed before the list is read, and again after."""

console = Console()


@dataclass(frozen=True)
class Sizes:
    """How much there is: all tasks, those whose push is timed, and those people change."""

    tasks: int
    push: int
    changed: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its figures, or why there are none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000, help="tasks there, all in all")
    parser.add_argument("--push", type=int, default=1_000, help="tasks whose push is timed")
    parser.add_argument("--changed", type=int, default=100, help="tasks people answer")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="tunesmith-label-studio-") as folder,
        server(Path(folder) / "server") as found,
    ):
        if isinstance(found, str):
            console.print(f"Skipped: there is no Label Studio to measure.\n{found}", markup=False)
        else:
            show(measure(*found, Path(folder), Sizes(**vars(options))))


@contextmanager
def server(home: Path) -> Iterator[tuple[str, str] | str]:
    """Yield address and token of a Label Studio with nothing in it, or why there is none."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    beside = str(SCRIPT.parents[1] / ".label-studio" / "venv")
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), "--home", str(home), "--port", str(port)],
        env={"TUNESMITH_LABEL_STUDIO_VENV": beside, **os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        said = ""
        for line in process.stdout or ():
            said += line
            if "Ctrl+C" in line:
                break
        key = re.search(r"LABEL_STUDIO_API_KEY=(\S+)", said)
        try:
            yield (f"http://127.0.0.1:{port}", key[1]) if key else said.strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def measure(url: str, token: str, folder: Path, sizes: Sizes) -> dict[str, float]:
    """Return the figures of a Label Studio that knows our token."""
    project, cards = make_project(folder / "project", sizes.tasks)
    with connect(url, token) as connection:
        started = perf_counter()
        state = push(connection, project, cards[: sizes.push], PushState())
        pushed = perf_counter() - started
        state = push(connection, project, cards, state)
        state = pull(connection, project, state)
        answered = answer(connection, state, cards, sizes.changed)
        ours, sdk = time_pulls(connection, project, state)
        for _ in range(2):
            state = push(connection, project, cards, pull(connection, project, state))
        there = count_tasks(connection, state)
    said = Counter(word.example_id for word in project.store.annotations())
    project.store.close()
    return {
        f"push_{sizes.push}_seconds": round(pushed, 2),
        f"pull_{sizes.changed}_of_{sizes.tasks}_seconds": round(ours, 3),
        "sdk_list_seconds": round(sdk, 2),
        "ratio_pull": round(sdk / ours, 1),
        "lost": len(answered - said.keys()) + len({c.example.id for c in cards} - there.keys()),
        "doubled": (said.total() - len(said)) + (there.total() - len(there)),
    }


def make_project(folder: Path, number: int) -> tuple[Project, list[QueueItem]]:
    """Return a project with that many messages, and a card with a suggestion for each."""
    task = default_task(TaskKind.CLASSIFY, LABELS, "What is the message about?")
    project = create_project(folder, Settings(name=f"Benchmark of {number}", task=task))
    texts = (f"Message {at}: where is my parcel, and who pays for it?" for at in range(number))
    examples = [Example(id=example_id(text), input=text, group=text) for text in texts]
    project.store.add_examples(examples)
    cards = (
        QueueItem(example, "a close call", LABELS[at % len(LABELS)], 0.6)
        for at, example in enumerate(examples)
    )
    return project, list(cards)


def push(
    connection: Connection, project: Project, cards: Sequence[QueueItem], state: PushState
) -> PushState:
    """Push, and keep what is where after every batch, as the app does."""

    def keep(state: PushState) -> None:
        project.store.save_link("label studio", state.model_dump(mode="json"))

    title = project.settings.name
    return sync.push(connection, project.task, title, cards, state, on_progress=keep)


def pull(connection: Connection, project: Project, state: PushState) -> PushState:
    """Pull, and keep answers and place in one transaction, as the app does."""
    pulled = sync.pull(connection, project.task, state)
    link = ("label studio", pulled.state.model_dump(mode="json"))
    project.store.add_annotations(pulled.annotations, link=link)
    return pulled.state


def answer(
    connection: Connection, state: PushState, cards: Sequence[QueueItem], number: int
) -> set[str]:
    """Answer tasks here and there in the list, as people would; return the examples."""
    chosen = cards[:: max(len(cards) // number, 1)][:number]
    for card in chosen:
        value = {"choices": [card.suggestion]}
        region = {"from_name": "label", "to_name": "text", "type": "choices", "value": value}
        connection.client.annotations.create(
            id=state.tasks[card.example.id], result=[region], lead_time=2.0
        )
    return {card.example.id for card in chosen}


def time_pulls(connection: Connection, project: Project, state: PushState) -> tuple[float, float]:
    """Return the seconds of a pull from `state`, and of reading the whole list by the SDK."""

    def once() -> None:
        pull(connection, project, state)

    before = [seconds(once) for _ in range(PULLS)]
    listed = connection.client.tasks.list
    sdk = seconds(lambda: sum(1 for _ in listed(project=state.project)))
    return median([*before, *(seconds(once) for _ in range(PULLS))]), sdk


def seconds(do: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = perf_counter()
    do()
    return perf_counter() - started


def count_tasks(connection: Connection, state: PushState) -> Counter[str]:
    """Return how many tasks Label Studio has for each example."""
    listed: Any = connection.client.tasks.list(
        project=state.project, fields="task_only", page_size=1000
    )
    return Counter(str(task.data["uid"]) for task in listed)


def show(figures: dict[str, float]) -> None:
    """Print the figures as a table for people, then as one line for scripts."""
    drawn = Table(box=None, show_header=False)
    for name, value in figures.items():
        drawn.add_row(name.replace("_", " "), f"{value:,}")
    console.print(drawn)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
