"""How fast the labeller is, and whether it loses, doubles or misplaces a decision.

    python -m benchmarks.labeller [FOLDER] [--presses 100]

A real Chromium works on the real app, on a project of the texts of FOLDER (Banking77's, 77 labels:
`train.csv` and `categories.json`), or of the sample where it is not there. Everything is held to
two processors, and one of them is kept busy by another process all along. Decisions are read from
the project's database, and what was on screen is noted in the page by a listener that hears each
key before the labeller does.

Latency is from the moment the browser took the key in (`event.timeStamp`) to the next example's
text in the document; with the next frame painted it is told beside it. Then keys come 25 ms apart.
Then the server is killed with SIGKILL while keys go on, and started again. A key pressed while
there is no example on screen, or under Streamlit's "Connection error", decides nothing and is not
counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from curation.importers.mapping import ColumnMapping
from curation.project import Project, Settings, create_project
from curation.types import Criterion, Task, TaskKind
from studio import loop, samples, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

BANKING = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "banking77"
PEER = "Label Studio 1.23.2, measured 2026-11 on 25 tasks of two runs: 1.12 to 1.16 s, p95 1.5 s"
THINKING, FAST, DYING = 0.15, 0.025, 0.06
"""Seconds between keys: as a quick person, as nobody, and around the server's death."""
PATIENCE = 120_000
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
LISTENER = """
window.pressed = []; window.times = []; window.painted = [];
const card = () => [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
    .map((r) => r.querySelector('.card')).find((c) => c && c.checkVisibility());
let began = null;
const watched = new WeakSet();
const seen = (node) => () => {
    if (began === null || node.textContent === began.text) return;
    const { at } = began;
    began = null;
    window.times.push(performance.now() - at);
    requestAnimationFrame(() => requestAnimationFrame(
        () => window.painted.push(performance.now() - at)));
};
window.addEventListener('keydown', (event) => {
    const node = card();
    if (!node || !/^[1-9]$/.test(event.key) || document.querySelector('[role="dialog"]')) return;
    if (!watched.has(node)) {
        watched.add(node);
        new MutationObserver(seen(node)).observe(node, { childList: true, subtree: true });
    }
    began = { at: event.timeStamp, text: node.textContent };
    window.pressed.push([node.textContent, Number(event.key), event.timeStamp]);
}, true);
"""

console = Console(width=110)
Said = tuple[str, str | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=BANKING)
    parser.add_argument("--presses", type=int, default=100, help="keys of each part")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tunesmith-labeller-") as name, busy_processor():
        project = make_project(options.folder, Path(name))
        figures = measure(project, options.presses)
    console.file.flush()
    print(json.dumps(figures))


@contextmanager
def busy_processor() -> Iterator[None]:
    """Hold this process and its children to two processors, and keep one of them busy."""
    allowed = os.sched_getaffinity(0)
    two = set(sorted(allowed)[:2])
    os.sched_setaffinity(0, two)
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    os.sched_setaffinity(process.pid, {max(two)})
    try:
        yield
    finally:
        process.kill()
        process.wait()
        os.sched_setaffinity(0, allowed)


def make_project(folder: Path, projects: Path) -> Project:
    """Return a project of unlabelled texts; the sample where the folder is not there."""
    if not (folder / "train.csv").is_file():
        return samples.open_sample("retail", projects)
    labels = tuple(json.loads((folder / "categories.json").read_text("utf-8")))
    task = Task(
        kind=TaskKind.CLASSIFY,
        instruction="What does the customer want?",
        labels=labels,
        criterion=Criterion(metric="accuracy", target=0.9),
    )
    project = create_project(projects / "banking77", Settings(name="banking77", task=task))
    with (folder / "train.csv").open(encoding="utf-8", newline="") as file:
        texts = [{"text": row["text"]} for row in csv.DictReader(file)]
    path = projects / "texts.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in texts), "utf-8")
    loop.import_file(project, path, mapping=ColumnMapping(text="text"))
    return project


def measure(project: Project, presses: int) -> dict[str, float]:
    """Work in the browser as said above and return the figures."""
    from playwright.sync_api import sync_playwright

    desk = Desk(project)
    with sync_playwright() as playwright, desk.up():
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(QUIET)
        )
        desk.open(browser.new_page(viewport={"width": 1360, "height": 900}))
        desk.type(10, THINKING)  # the first keys warm it up
        calm = desk.type(presses, THINKING)
        fast = desk.type(presses, FAST)
        killed = desk.type_through_a_kill(presses)
        browser.close()
    tell(calm, fast, killed)
    return {
        "p50_ms": round(median(calm.times), 1),
        "p95_ms": round(quantiles(calm.times, n=20)[-1], 1),
        "wrong_at_25ms": fast.wrong,
        "lost_at_25ms": fast.lost,
        "lost_after_kill": killed.lost,
        "doubled_after_kill": killed.doubled,
    }


@dataclass(frozen=True)
class Typed:
    """What came of typing for a while.

    Attributes
    ----------
    made : tuple of (text, label)
        What was on screen at each key, and the label of that key.
    kept : tuple of (text, label)
        What the database holds of it.
    times, painted : tuple of float
        Milliseconds from the key to the next example, in the document and on screen.
    gap : float
        Median milliseconds between keys as the browser took them in.
    """

    made: tuple[Said, ...]
    kept: tuple[Said, ...]
    times: tuple[float, ...]
    painted: tuple[float, ...]
    gap: float

    @property
    def wrong(self) -> int:
        """Decisions kept on another example than the one on screen."""
        return sum(said not in set(self.made) for said in self.kept)

    @property
    def lost(self) -> int:
        """Decisions of which the database knows nothing at all."""
        return max(len(self.made) - (len(self.kept) - self.doubled), 0)

    @property
    def doubled(self) -> int:
        """Decisions kept more often than they were made."""
        kept = Counter(self.kept)
        return sum(max(kept[said] - times, 0) for said, times in Counter(self.made).items())


class Desk:
    """The app, a tab with its labeller, and hands on the keys."""

    def __init__(self, project: Project) -> None:
        self.project = project
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.server = ExitStack()
        self.heard = 0
        self.inputs = {e.id: e.input for e in project.store.examples()}

    @contextmanager
    def up(self) -> Iterator[None]:
        """Run the server inside the block."""
        self.start()
        with self.server:
            yield

    def start(self) -> None:
        """Start the server, again if it was killed."""
        self.server.close()
        serve = serving.app(self.project.folder.parent, self.port)
        self.process = self.server.enter_context(serve)
        serving.wait_until_up(self.url, self.process)

    def open(self, page: Page) -> None:
        """Open the Review page and wait for its first example."""
        self.page = page
        page.add_init_script(LISTENER)
        page.goto(f"{self.url}/review")
        page.locator(".card:not(:empty)").wait_for(timeout=PATIENCE)

    def type(self, presses: int, gap: float) -> Typed:
        """Press keys until so many decided something, and wait until all is stored."""
        self.clear()
        self.press(presses, gap)
        return self.outcome()

    def type_through_a_kill(self, presses: int) -> Typed:
        """Kill the server at the first half of the keys; start it again after the last."""
        self.clear()
        self.press(presses // 2, DYING)
        self.process.kill()
        self.press(presses, DYING, patience=presses * DYING * 2)
        self.start()
        return self.outcome()

    def clear(self) -> None:
        """Forget what was noted so far."""
        self.page.evaluate("() => { pressed.length = times.length = painted.length = 0 }")

    def press(self, until: int, gap: float, patience: float = 120.0) -> None:
        """Press keys at a steady pace until so many decided something, or for so long."""
        deadline, due = time.monotonic() + patience, time.monotonic()
        number = 0
        while time.monotonic() < deadline:
            self.page.keyboard.press(str(number % 9 + 1))
            number += 1
            if number >= until and self.page.evaluate("() => pressed.length") >= until:
                return
            due = max(due + gap, time.monotonic())
            self.page.wait_for_timeout(max(due - time.monotonic(), 0) * 1000)

    def outcome(self) -> Typed:
        """Wait until the browser says that all is stored, and read what is."""
        saved = self.page.locator('[data-part="saved"]')
        saved.filter(has_text="All saved").wait_for(timeout=PATIENCE)
        noted = self.page.evaluate("() => ({ pressed, times, painted })")
        said = self.project.store.annotations()[self.heard :]
        self.heard += len(said)
        labels = self.project.task.labels
        moments = [moment for *_, moment in noted["pressed"]]
        return Typed(
            made=tuple((text, labels[digit - 1]) for text, digit, _ in noted["pressed"]),
            kept=tuple((self.inputs[a.example_id], a.answer) for a in said),
            times=tuple(noted["times"]),
            painted=tuple(noted["painted"]),
            gap=median([b - a for a, b in pairwise(moments)] or [0.0]),
        )


def tell(calm: Typed, fast: Typed, killed: Typed) -> None:
    """Print the table."""
    table = Table(title="One of two processors busy", title_justify="left")
    for column in ("", "decisions", "ms between", "p50 ms", "p95 ms", "painted p95"):
        table.add_column(column, justify="left" if not column else "right")
    for column in ("wrong", "lost", "doubled"):
        table.add_column(column, justify="right")
    for name, typed in (("a quick person", calm), ("25 ms apart", fast), ("kill -9", killed)):
        table.add_row(name, *_row(typed))
    console.print(table)
    console.print(f"Peer, key to next task: {PEER}", highlight=False)


def _row(typed: Typed) -> list[Any]:
    p95s = [quantiles(times, n=20)[-1] for times in (typed.times, typed.painted)]
    numbers = (typed.gap, median(typed.times), *p95s)
    counts = (typed.wrong, typed.lost, typed.doubled)
    return [str(len(typed.made)), *(f"{n:.1f}" for n in numbers), *map(str, counts)]


if __name__ == "__main__":
    main()
