"""Add published votes up with our aggregators and other people's, and score them side by side.

    python -m benchmarks.label_models FOLDER [--seed 13]

FOLDER is a data set in WRENCH format. The votes of the training split are what is fitted, its gold
is never read. The validation split is the gold sample: aggregators that use gold learn from it,
and it alone chooses the default. The test split is answered, and scored once.

The score is the data set's own: F1 of class 1 where the gold sample has two classes skewed beyond
4 to 1, else accuracy. Every row needs an answer: where a method leaves it tied, or nobody voted, a
lot decides between the tied labels, in expectation and so without a seed, for every method alike.
Only the default may answer such rows with a label instead, where the gold sample advised one; the
table says so, and has a column in which every method does. `ratio_fit_time` is Snorkel's fit over
the default's in seconds of processor time, for machines are shared; both in this process, from the
array of votes to fitted weights, the best of several. What choosing the default took, with every
fit it compared, is not in it but printed beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks import peers
from benchmarks.wrench import Wrench, matrix_of, read_wrench
from curation.exceptions import AggregationError, TunesmithError
from curation.types import ABSTAIN, Probabilities, Score
from labeling_functions.aggregation.aggregate import AGGREGATORS
from labeling_functions.aggregation.choosing import QUICK, Choice, choose
from labeling_functions.aggregation.evidence import gather
from labeling_functions.aggregation.forced import influence, lots, rare_label, scored

GOLDLESS = ("one_coin", "dawid_skene")
"""Also shown without the gold sample, as the published label models are fitted."""
TURNS, LONG = 5, 5.0
"""A fit is timed so often, but after so many seconds only a second time."""
T = TypeVar("T")
console = Console()


@dataclass(frozen=True)
class Row:
    """A method in the table."""

    name: str
    answers: Probabilities
    gold: str
    seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Read a data set, score every method on its test split, and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a data set in WRENCH format")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    try:
        measure(read_wrench(options.folder), options.folder.name, options.seed)
    except TunesmithError as error:
        sys.exit(str(error))


def measure(data: Wrench, name: str, seed: int) -> None:
    """Print the table and the line of figures."""
    choice, choosing = timed(lambda: _choose(data, seed))
    rows = [_ours(data, aggregator, seed) for aggregator in QUICK]
    rows += [_ours(data, aggregator, seed, gold=False) for aggregator in GOLDLESS]
    rows += [row for row in (_peer(data, peer, seed) for peer in PEERS) if row]
    found = {row.name: row for row in rows if row.gold != "no"}
    default = found[choice.aggregator]
    table(data, name, rows, choice)
    console.print(f"Default: {choice.aggregator}, otherwise {choice.otherwise!r}. {choice.why}")
    console.print(f"Choosing it took {choosing:.4f} CPU s, its fit {default.seconds:.4f}.")
    console.file.flush()
    print(json.dumps(figures(data, found, choice)))


def figures(data: Wrench, found: dict[str, Row], choice: Choice) -> dict[str, float | int | None]:
    """Return the flat figures; null for a method that could not be fitted."""
    default, otherwise = found[choice.aggregator], _index(data, choice)
    covered = (data.test.votes != ABSTAIN).any(axis=1)
    theirs = found.get(PEERS[0])
    crowd = found.get(PEERS[1])
    ratio = theirs.seconds / default.seconds if theirs else None
    return {
        "n_test": len(data.test.gold),
        "majority": _value(score(data, found["majority"].answers)),
        "snorkel": _value(score(data, theirs.answers)) if theirs else None,
        "dawid_skene_crowdkit": _value(score(data, crowd.answers)) if crowd else None,
        "default": _value(score(data, default.answers, otherwise)),
        "default_covered": _value(score(data, default.answers, otherwise, only=covered)),
        "coverage": round(float(covered.mean()), 4),
        "ratio_fit_time": None if ratio is None else round(ratio, 2),
    }


def score(
    data: Wrench,
    answers: Probabilities,
    otherwise: int | None = None,
    only: NDArray[np.bool_] | None = None,
) -> Score:
    """Return the data set's own score of answers to its test split, or to some rows of it."""
    positive = None if rare_label(data.valid.gold, len(data.labels)) is None else 1
    kept = slice(None) if only is None else only
    value, moved = influence(lots(answers, otherwise)[kept], data.test.gold[kept], positive)
    return scored("accuracy" if positive is None else "f1", value, moved)


def _choose(data: Wrench, seed: int) -> Choice:
    votes = np.concatenate([data.train.votes, data.valid.votes])
    first = len(data.train.votes)
    gold = {str(first + row): data.labels[label] for row, label in enumerate(data.valid.gold)}
    return choose(matrix_of(votes, data.labels), gold, seed=seed)


def _ours(data: Wrench, name: str, seed: int, *, gold: bool = True) -> Row:
    """Fit one of ours on the votes of train and validation; the test's are only answered."""
    votes = np.concatenate([data.train.votes, data.valid.votes])
    known = np.full(len(votes), ABSTAIN, dtype=np.int64)
    if gold:
        known[len(data.train.votes) :] = data.valid.gold

    def fit() -> Callable[[], Probabilities]:
        evidence, _ = gather(votes, len(data.labels), known)
        weights = AGGREGATORS[name](evidence, seed=seed)
        return lambda: weights.probabilities(data.test.votes)[:, 0]

    answer, seconds = timed(fit)
    return Row(name, answer(), ("yes" if name != "majority" else "-") if gold else "no", seconds)


PEERS = ("snorkel LabelModel", "crowd-kit DawidSkene", "crowd-kit Wawa")


def _peer(data: Wrench, name: str, seed: int) -> Row | None:
    train, test, k = data.train.votes, data.test.votes, len(data.labels)
    models: dict[str, Callable[[], tuple[Probabilities, float]]] = {
        PEERS[0]: lambda: peers.snorkel(train, test, k, seed),
        PEERS[1]: lambda: peers.dawid_skene(train, test, k),
        PEERS[2]: lambda: peers.wawa(train, test, k),
    }
    fit = models[name]
    try:
        fits = [fit()]
        while len(fits) < 2 or (len(fits) < TURNS and sum(s for _, s in fits) < LONG):
            fits.append(fit())
    except (ValueError, RuntimeError, IndexError, KeyError, AggregationError) as error:
        console.print(f"{name} could not be fitted: {error}")  # theirs to fail; ours goes on
        return None
    answers = fits[0][0]
    answers[(test == ABSTAIN).all(axis=1)] = 1 / k
    return Row(name, answers, "-", min(seconds for _, seconds in fits))


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """Return what `do` returns, and its CPU seconds, the best of a few turns."""
    seconds: list[float] = []
    while len(seconds) < 2 or (len(seconds) < TURNS and sum(seconds) < LONG):
        started = process_time()
        result = do()
        seconds.append(process_time() - started)
    return result, min(seconds)


def table(data: Wrench, name: str, rows: Sequence[Row], choice: Choice) -> None:
    """Print every method's scores on the test split."""
    metric = score(data, rows[0].answers).metric
    covered = (data.test.votes != ABSTAIN).any(axis=1)
    shown = Table(title=f"{name}: {metric} on {len(data.test.gold)} test rows")
    advised = choice.otherwise or "none advised"
    for heading in ("", "gold", "all rows", "95 %", "covered", f"undecided: {advised}", "CPU s"):
        shown.add_column(heading, justify="left" if not heading else "right")
    for row in rows:
        whole = score(data, row.answers)
        shown.add_row(
            row.name,
            row.gold,
            _percent(whole.value),
            f"{_percent(whole.low)} to {_percent(whole.high)}",
            _percent(score(data, row.answers, only=covered).value),
            _percent(score(data, row.answers, _index(data, choice)).value),
            f"{row.seconds:.4f}",
        )
    console.print(shown)


def _index(data: Wrench, choice: Choice) -> int | None:
    return None if choice.otherwise is None else data.labels.index(choice.otherwise)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f}"


def _value(score: Score) -> float | None:
    return None if score.value is None else round(score.value, 4)


if __name__ == "__main__":
    main()
