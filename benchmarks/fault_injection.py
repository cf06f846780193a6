"""Is the right cause named? Faults are planted one at a time in healthy projects of real texts.

    python -m benchmarks.fault_injection [FOLDER ...] [--seeds 2] [--rows 8000]

A folder holds files with a text and a label a row; without any, Banking77 and SEntFiN. In each a
project is built as a competent team would have it (functions that are right on nine of ten texts,
people who answer what they leave, every label covered), then once for every fault, which changes
one thing. The project is real (store, functions, votes, aggregation, frozen dataset, diagnosis); in
the place of the language model stands a logistic regression on the embeddings of what it is shown.
A cause is right when both its kind and its subject are: the very function, label or pair of labels.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.faults.build import RUN, build, healthy_plan
from benchmarks.faults.plants import PLANTS, Planted
from benchmarks.faults.texts import Labelled, read_labelled
from curation.types import Noun
from evaluation.diagnosis.record import Proposal
from studio import loop, samples

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
FOLDERS = (DATA / "banking77", DATA / "sentfin")


@dataclass(frozen=True)
class Outcome:
    """What was proposed after a fault was planted.

    Attributes
    ----------
    data, fault : str
    seed : int
    place : int or None
        Where the right cause stands among the proposals, from 1; None where it is missing.
    proposals : tuple of str
    accuracy : float
        Of the run, on validation.
    seconds : float
        What the diagnosis took.
    """

    data: str
    fault: str
    seed: int
    place: int | None
    proposals: tuple[str, ...]
    accuracy: float
    seconds: float


class Figures(Noun):
    """The line of JSON."""

    faults: int
    right_first: float
    right_top3: float
    false_actions_no_fault: float
    false_actions_no_fault_most: int


def run(folders: list[Path], seeds: int, rows: int, console: Console) -> list[Outcome]:
    """Plant every fault in every data set, with each seed."""
    outcomes = []
    read = [read_labelled(folder, rows, seed=0) for folder in folders]
    with TemporaryDirectory() as name:
        for at, found in enumerate(read):
            others = _strangers(read, at)
            for seed in range(seeds):
                for fault in PLANTS:
                    outcome = _one(found, fault, seed, others, Path(name))
                    console.print(_line(outcome), highlight=False)
                    outcomes.append(outcome)
    return outcomes


def _strangers(read: list[Labelled], at: int) -> tuple[str, ...]:
    """Return texts of another kind: the next data set's, else those of a sample project."""
    if len(read) > 1:
        return read[(at + 1) % len(read)].texts
    lines = (samples.files("policies") / "policies.jsonl").read_text("utf-8").splitlines()
    return tuple(next(iter(json.loads(line).values())) for line in lines)


def _one(found: Labelled, fault: str, seed: int, others: tuple[str, ...], folder: Path) -> Outcome:
    generator = np.random.default_rng([seed, sorted(PLANTS).index(fault)])
    planted = PLANTS[fault](healthy_plan(found, seed), generator, others)
    place = folder / f"{found.name}-{seed}-{fault}".replace(" ", "-")
    project = build(planted.plan, place, folder / f"embeddings-{found.name}")
    started = time.perf_counter()
    diagnosis = loop.diagnose(project, RUN)
    seconds = time.perf_counter() - started
    project.store.close()
    return Outcome(
        found.name,
        fault,
        seed,
        _place(planted, diagnosis.proposals),
        tuple(proposal.key for proposal in diagnosis.proposals),
        1 - diagnosis.errors / diagnosis.n,
        seconds,
    )


def _place(planted: Planted, proposals: tuple[Proposal, ...]) -> int | None:
    for at, proposal in enumerate(proposals, 1):
        meant = not planted.subjects or proposal.subject in planted.subjects
        if proposal.cause == planted.cause and meant:
            return at
    return None


def _line(outcome: Outcome) -> str:
    where = "" if outcome.fault == "no fault" else f" right at {outcome.place or 'none'}"
    told = "; ".join(outcome.proposals) or "nothing proposed"
    return (
        f"{outcome.data} {outcome.seed} {outcome.fault}:{where} (accuracy {outcome.accuracy:.3f}, "
        f"{outcome.seconds:.0f} s) {told}"
    )


def figures(outcomes: list[Outcome]) -> Figures:
    """Return the rates over all faults, and how many actions healthy projects were told to take."""
    faults = [one for one in outcomes if one.fault != "no fault"]
    clean = [len(one.proposals) for one in outcomes if one.fault == "no fault"]
    first = sum(one.place == 1 for one in faults)
    top = sum(one.place is not None and one.place <= 3 for one in faults)
    return Figures(
        faults=len(faults),
        right_first=round(first / len(faults), 4),
        right_top3=round(top / len(faults), 4),
        false_actions_no_fault=round(sum(clean) / len(clean), 4),
        false_actions_no_fault_most=max(clean),
    )


def show(outcomes: list[Outcome], console: Console) -> None:
    """Print a table: for each data set and fault, where the right cause stood."""
    table = Table(title="Where the right cause stands among the actions proposed")
    for column in ("data", "fault", "right first", "in the top three", "planted"):
        table.add_column(column, justify="left" if column in ("data", "fault") else "right")
    for data in dict.fromkeys(one.data for one in outcomes):
        for fault in PLANTS:
            own = [one for one in outcomes if (one.data, one.fault) == (data, fault)]
            if fault == "no fault":
                told = ", ".join(str(len(one.proposals)) for one in own)
                table.add_row(data, fault, "", f"{told} actions", str(len(own)))
                continue
            first = sum(one.place == 1 for one in own)
            top = sum(one.place is not None and one.place <= 3 for one in own)
            table.add_row(data, fault, str(first), str(top), str(len(own)))
    console.print(table)


def main() -> None:
    """Plant, print, and end with the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=list(FOLDERS))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--rows", type=int, default=8_000)
    arguments = parser.parse_args()
    console = Console(stderr=True)
    outcomes = run(arguments.folders, arguments.seeds, arguments.rows, console)
    show(outcomes, Console())
    print(json.dumps(figures(outcomes).model_dump()))


if __name__ == "__main__":
    main()
