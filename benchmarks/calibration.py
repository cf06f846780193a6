"""Do the tests we ship keep their promises? Each is simulated where the truth is known.

    python -m benchmarks.calibration [--runs 1000]

Without an effect a test may alarm as often as it says, with one it must find it as often as it
says, and an interval must hold the truth as often as it says; chance is allowed for (1 in 100).
Beside them stand the formulas of other tools, on the same simulations.
"""

from __future__ import annotations

import argparse
import json
import os

from rich.console import Console
from rich.table import Table

from benchmarks.calibrating import Check, Measured, drifting, pairs, shares, slices
from curation.types import Noun

CHECKS: tuple[Check, ...] = (
    pairs.shares,
    pairs.macro,
    pairs.several,
    shares.single,
    shares.clustered,
    shares.macro,
    shares.ledger,
    slices.discovery,
    drifting.drift,
)


class Figures(Noun):
    """The line of JSON."""

    tests_checked: int
    tests_outside_band: int
    slice_false_rate: float
    slice_found_rate: float


def figures(measured: list[Measured]) -> Figures:
    """Return how many promises were looked at, how many were not kept, and the slices' rates."""
    told, hit = (one for one in measured if one.test == "slices")
    return Figures(
        tests_checked=len(measured),
        tests_outside_band=sum(not one.inside for one in measured),
        slice_false_rate=round(told.share, 4),
        slice_found_rate=round(hit.share, 4),
    )


def show(measured: list[Measured], console: Console) -> None:
    """Print what was promised and what happened, beside the peers."""
    table = Table(title="What tests promise, and what they do")
    for column in ("test", "simulated", "promise", "ours", "kept", "others, same simulations"):
        table.add_column(column)
    for one in measured:
        sign = "at most" if one.kind == "alarms" else "at least"
        others = ", ".join(f"{name} {share:.3f}" for name, share in one.peers.items())
        table.add_row(
            one.test,
            one.setting,
            f"{one.kind} {sign} {one.nominal:g}",
            f"{one.share:.3f} of {one.runs}",
            "yes" if one.inside else "NO",
            others,
        )
    console.print(table)


def main() -> None:
    """Simulate, print, and end with the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    measured = [one for check in CHECKS for one in check(runs)]
    show(measured, Console(width=160))
    print(json.dumps(figures(measured).model_dump()))


if __name__ == "__main__":
    main()
