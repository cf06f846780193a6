"""Votes against Snorkel's `PandasLFApplier`, and the time an edit takes, in one run.

    python -m benchmarks.voting ../shared/data/sgd_user_turns [--sample 20000] [--million 1000000]

Snorkel is timed on a random sample of the rows (seed 13) and the time scaled to all of them, for it
asks row by row; `--sample 0` times it on all. The sample is cut in five, and after each piece ours
vote on all rows, so that both sides are timed under the same load; medians are told. That both
sides' votes are the same is checked on every row, through Snorkel's own `LFApplier`. Ours have a
warm voter, as the app keeps one, and an empty cache of votes each time; an edit begins with saving
the file and ends when the matrix and every function's report are there. The ratio of edits is of
the mean of two medians: a declarative function is edited, and a Python one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.voting_functions import DECLARATIVE, FOR_SNORKEL, LABELS, PYTHON
from curation.corpus import Place, corpus_of, open_corpus, write_corpus
from curation.types import Example, VoteMatrix
from labeling_functions.analysis.report import report
from labeling_functions.voting import Voter, vote_cached

REPEATS = 5
GOLD_ROWS = 2_000
IMPORTS = "from labeling_functions import *\n"
OURS = IMPORTS + "\n".join(f"{name} = {code}" for name, code in DECLARATIVE.items()) + "\n"
OURS_PYTHON = IMPORTS + PYTHON

Turn = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with *.jsonl.gz of turns")
    parser.add_argument("--sample", type=int, default=20_000, help="rows Snorkel is timed on")
    parser.add_argument("--million", type=int, default=1_000_000, help="rows memory is measured on")
    parser.add_argument("--grow", type=Path, help=argparse.SUPPRESS)  # the child that is measured
    options = parser.parse_args(arguments)
    if options.grow:
        print(json.dumps(growth(options.grow, options.million)))
        return
    turns = read_turns(options.folder)
    with tempfile.TemporaryDirectory(prefix="tunesmith-voting-") as name, Voter() as voter:
        bench = Bench(Path(name), turns, voter)
        figures = {"rows": len(turns)} | compare(bench, options.sample)
        figures |= memory(bench, options.million)
    print(json.dumps(figures))


def read_turns(folder: Path) -> list[Turn]:
    """Return every turn of the folder's files, in file order."""
    turns = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            turns += [json.loads(line) for line in lines]
    return turns


class Bench:
    """A functions folder, a corpus and a warm voter to measure with."""

    def __init__(self, folder: Path, turns: Sequence[Turn], voter: Voter) -> None:
        self.folder, self.turns, self.voter = folder, turns, voter
        self.functions, self.cache = folder / "labeling_functions", folder / "votes"
        self.functions.mkdir()
        examples = [_example(turn, turn["id"]) for turn in turns]
        self.corpus = write_corpus(corpus_of(examples), folder / "turns.arrow")
        rng = np.random.default_rng(13)
        self.order = rng.permutation(len(turns))
        labels = rng.integers(len(LABELS), size=GOLD_ROWS).tolist()
        gold = self.order[:GOLD_ROWS].tolist()
        self.gold = {turns[row]["id"]: LABELS[k] for row, k in zip(gold, labels, strict=True)}
        self.write(OURS)
        self.vote()  # the voter is warm from here on

    def write(self, code: str) -> None:
        """Save the functions file."""
        (self.functions / "functions.py").write_text(code, "utf-8")

    def vote(self) -> VoteMatrix:
        """Vote with what is in the folder; what the cache has is not voted on again."""
        return vote_cached(self.functions, self.cache, LABELS, self.corpus, voter=self.voter)

    def cold(self) -> VoteMatrix:
        """Vote with nothing cached."""
        shutil.rmtree(self.cache, ignore_errors=True)
        return self.vote()

    def edit(self, before: str, after: str) -> float:
        """Return the seconds from saving an edited file to the report on all functions."""
        self.write(before)
        self.vote()
        return timed(lambda: self._edited(after))[0]

    def _edited(self, code: str) -> None:
        self.write(code)
        reports = report(self.vote(), self.gold)
        assert len(reports) == 20  # noqa: S101 - a benchmark of something else would not count


def compare(bench: Bench, sample: int) -> dict[str, float]:
    """Time both sides in turns and check that they say the same."""
    rows = np.sort(bench.order[:sample]) if sample else np.arange(len(bench.turns))
    sides = {
        "declarative": (snorkel_functions(FOR_SNORKEL), OURS),
        "python": (snorkel_functions(f"from snorkel.labeling import *\n{PYTHON}"), OURS_PYTHON),
    }
    theirs, ours, equal = {}, {}, True
    for side, (functions, code) in sides.items():
        bench.write(code)
        slow, quick = [], []
        for piece in np.array_split(rows, REPEATS):
            spent = timed(lambda: pandas_votes(functions, bench.turns, piece))[0]  # noqa: B023
            slow.append(spent * len(bench.turns) / len(piece))
            spent, matrix = timed(bench.cold)
            quick.append(spent)
        theirs[side], ours[side] = median(slow), median(quick)
        same = bool(np.array_equal(matrix.votes, plain_votes(functions, bench.turns)))
        equal &= same
        told(f"10 {side}", theirs[side], ours[side], f"same votes on every row: {same}")
    full = sum(theirs.values())
    edits = {kind: median(seconds) for kind, seconds in edited(bench).items()}
    for kind, seconds in edits.items():
        told(f"edit of a {kind} one", full, seconds, "against all 20")
    return {
        "ratio_declarative": round(theirs["declarative"] / ours["declarative"], 1),
        "ratio_python": round(theirs["python"] / ours["python"], 1),
        "ratio_edit_one_of_20": round(full / mean(edits.values()), 1),
        "matrices_equal": int(equal),
    }


def edited(bench: Bench) -> dict[str, list[float]]:
    """Edit one function of each kind at a time, all others cached."""
    whole = OURS + PYTHON
    bench.write(whole)
    bench.vote()
    changes = {
        "declarative": [('"one way"]', f'"one way {n}"]') for n in range(REPEATS)],
        "python": [('"transfer"', f'"transfer {n}"') for n in range(REPEATS)],
    }
    return {
        kind: [bench.edit(whole, whole.replace(*change)) for change in of_kind]
        for kind, of_kind in changes.items()
    }


def snorkel_functions(code: str) -> list[Any]:
    """Return the Snorkel functions some code declares, in order."""
    from snorkel.labeling import LabelingFunction

    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102 - our own, above
    return [value for value in space.values() if isinstance(value, LabelingFunction)]


def pandas_votes(functions: list[Any], turns: Sequence[Turn], rows: Any) -> Any:  # noqa: ANN401
    """Return what `PandasLFApplier` says of some rows."""
    import pandas as pd
    from snorkel.labeling import PandasLFApplier

    frame = pd.DataFrame([turns[row] for row in rows], columns=["text", "service"])
    return PandasLFApplier(functions).apply(frame, progress_bar=False)


def plain_votes(functions: list[Any], turns: Sequence[Turn]) -> Any:  # noqa: ANN401
    """Return what Snorkel says of every row, through the applier for any sequence."""
    from snorkel.labeling import LFApplier

    rows = [SimpleNamespace(text=turn["text"], service=turn["service"]) for turn in turns]
    return LFApplier(functions).apply(rows, progress_bar=False)


def memory(bench: Bench, rows: int) -> dict[str, float]:
    """Measure what voting with all 20 functions takes at a million rows, in a child."""
    bench.write(OURS + PYTHON)
    path = bench.folder / "million.arrow"
    write_corpus(corpus_of(list(repeated(bench.turns, rows))), path)
    command = [sys.executable, "-m", "benchmarks.voting", str(bench.functions)]
    command += ["--grow", str(path), "--million", str(rows)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    grown = json.loads(answer.splitlines()[-1])
    print(
        f"{rows:,} rows, 20 functions: {grown['seconds']:.1f} s; peak + {grown['mb']:.0f} MB"
        f" beside {grown['texts_mb']:.0f} MB of texts and {grown['votes_mb']:.0f} MB of votes;"
        f" the voter's processes {grown['children_mb']:.0f} MB each at most"
    )
    return {"peak_mb_per_million_rows": round(grown["mb"] * 1_000_000 / rows, 1)}


def growth(path: Path, rows: int) -> dict[str, float]:
    """Vote on every row of a file and return what this process' memory grew by."""
    functions = path.parent / "labeling_functions"
    few = open_corpus(Place(path, 0, 1_000))
    with Voter() as voter:
        vote_cached(functions, path.parent / "few", LABELS, few, voter=voter)
        before = peak_mb()
        corpus = open_corpus(Place(path, 0, rows))
        seconds, matrix = timed(
            lambda: vote_cached(functions, path.parent / "many", LABELS, corpus, voter=voter)
        )
    return {
        "seconds": seconds,
        "mb": peak_mb() - before,
        "texts_mb": path.stat().st_size / 1e6,
        "votes_mb": matrix.votes.nbytes / 1e6,
        "children_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def repeated(turns: Sequence[Turn], rows: int) -> Iterator[Example]:
    """Yield the turns again and again, each text with a number, so that all differ."""
    for number in range(rows):
        turn = turns[number % len(turns)]
        yield _example({**turn, "text": f"{turn['text']} #{number}"}, f"{number:016x}")


def _example(turn: Turn, id_: str) -> Example:
    return Example(id=id_, input=turn["text"], metadata={"service": turn["service"]})


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long some work took, in seconds, and its result."""
    started = perf_counter()
    result = work()
    return perf_counter() - started, result


def peak_mb() -> float:
    """Return the most memory this process ever had.

    From `/proc`: what `getrusage` says of a child begins with its parent's peak.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def told(what: str, theirs: float, ours: float, note: str) -> None:
    """Print a line of the table."""
    times = f"Snorkel {theirs:7.2f} s   ours {ours:6.3f} s   {theirs / ours:6.1f} x"
    print(f"{what:<26} {times}   {note}", flush=True)


if __name__ == "__main__":
    main()
