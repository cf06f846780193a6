"""Every way to add votes up, and gold alone, side by side; and where votes may not pay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group

from curation.types import Score, VoteMatrix
from labeling_functions.aggregation.comparing import Candidate
from labeling_functions.analysis.pairs import pairs
from labeling_functions.analysis.redundancy import redundancies
from studio import loop
from studio.commands.functions import score_of
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    err,
    number_of,
    open_near,
    say,
    table,
)


def compare(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Fit every way to add votes up, and a classifier on gold alone; judge them on the gold."""
    opened = open_near(project)
    matrix = loop.vote(opened)
    found = loop.compare_aggregators(opened, matrix)
    told = loop.doubts_about(matrix, found)
    result = {
        "setting": opened.settings.aggregator,
        "chosen": {
            "aggregator": found.chosen.aggregator,
            "otherwise": found.chosen.otherwise,
            "why": found.chosen.why,
        },
        "aggregators": [_candidate(one) for one in found.candidates],
        "gold_alone": _score(found.gold_alone),
        "warnings": [{"kind": doubt.kind, "sentence": doubt.sentence} for doubt in told],
    }
    say(result, _drawn(opened.settings.aggregator, found), as_json=as_json)
    if not as_json:
        warn([doubt.sentence for doubt in told])


def _drawn(setting: str, found: loop.Comparison) -> Group:
    """Return the comparison as a table; what is the same for all is said above it."""
    title = f"{setting} is set. {found.chosen.why}"
    if not found.candidates:
        return table(title, ("",), ())
    first = found.candidates[0]
    title += f"\n{number_of(first.coverage)} of the gold rows have votes."
    columns = (
        "added up by",
        f"where covered, n={first.accuracy_covered.n}",
        f"on all gold, n={first.accuracy_all.n}",
        f"{first.score.metric}, all answered",
        "seconds",
    )
    lines = [_line(one) for one in found.candidates]
    return table(title, columns, [*lines, ("gold alone", "", "", number_of(found.gold_alone), "")])


def warnings(matrix: VoteMatrix) -> list[str]:
    """Return where these votes may not pay, and which functions repeat another."""
    doubted = [doubt.sentence for doubt in loop.doubts_about(matrix)]
    return doubted + [one.sentence for one in redundancies(pairs(matrix))]


def warn(sentences: Sequence[str]) -> None:
    """Print warnings on the error stream, so that results can be piped."""
    for sentence in sentences:
        err.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _line(one: Candidate) -> tuple[str, ...]:
    rest = f", else {one.otherwise}" if one.otherwise else ""
    if one.problem:
        return (f"{one.aggregator} was not fitted: {one.problem}", "", "", "", "")
    numbers = (one.accuracy_covered, one.accuracy_all, one.score)
    shown = (number_of(number).replace(f" n={number.n}", "") for number in numbers)
    return (one.aggregator + rest, *shown, f"{one.seconds:.2f}")


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "aggregator": one.aggregator,
        "otherwise": one.otherwise,
        "coverage": _score(one.coverage),
        "accuracy_covered": _score(one.accuracy_covered),
        "accuracy_all": _score(one.accuracy_all),
        "score": _score(one.score),
        "beyond_majority": _score(one.beyond),
        "seconds": one.seconds,
        "problem": one.problem,
    }


def _score(score: Score) -> dict[str, Any]:
    return {"metric": score.metric, **score_of(score)}
