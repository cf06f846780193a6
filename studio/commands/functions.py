"""Commands on labeling functions: their numbers, the rows behind them, suggestions, history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from curation.exceptions import FunctionError
from curation.types import Score
from labeling_functions.analysis.leave_one_out import LeftOut, leave_one_out
from labeling_functions.analysis.pairs import pairs as pairs_of
from labeling_functions.analysis.redundancy import redundancies
from labeling_functions.analysis.report import ClassReport, FunctionReport
from labeling_functions.analysis.selection import Selection, What
from labeling_functions.history import disabled
from studio import loop
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    number_of,
    open_near,
    say,
    table,
    told,
)

app = typer.Typer(no_args_is_help=True, help="Look at labeling functions and work on them.")
MOST_LABELS = 3
"""Labels named beside a function; `functions show` has them all."""
NameArgument = Annotated[str, typer.Argument(help="The function's name.")]


@app.command("list")
def list_(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """List every function: its labels, coverage, conflicts, precision, recall, and what it adds."""
    opened = open_near(project)
    matrix = loop.vote(opened)
    reports = loop.judge_functions(opened, matrix)
    added = leave_one_out(matrix, loop.tuning_gold(opened)) if matrix.functions else ()
    off = sorted(disabled(loop.history(opened)))
    warnings = redundancies(pairs_of(matrix))
    result = {
        "functions": [_report(r, left) for r, left in zip(reports, added, strict=True)],
        "disabled": off,
        "warnings": [warning.sentence for warning in warnings],
    }
    columns = ("function", "votes", "coverage", "overlap", "conflict", "precision", "recall",
               "only it covers", "without it", "faults")  # fmt: skip
    drawn = table(
        f"{len(reports)} functions vote" + (f"; disabled: {', '.join(off)}" if off else ""),
        columns,
        [_line(r, left) for r, left in zip(reports, added, strict=True)],
    )
    say(result, drawn, as_json=as_json)
    if not as_json:
        for warning in warnings:
            say({}, warning.sentence, as_json=False)


def _line(r: FunctionReport, left: LeftOut) -> tuple[object, ...]:
    voted = (*r.polarity, *(f"not {label}" for label in r.against))
    votes = ", ".join(voted) if len(voted) <= MOST_LABELS else f"{len(voted)} labels"
    shares = (f"{share:.1%}" for share in (r.coverage, r.overlap, r.conflict))
    measured = (number_of(r.precision), number_of(r.recall))
    return (r.name, votes, *shares, *measured, left.uncovered, left.verdict, r.faults)


def _report(r: FunctionReport, left: LeftOut) -> dict[str, Any]:
    return {
        "name": r.name,
        "key": r.key,
        "votes": list(r.polarity),
        "votes_against": list(r.against),
        "rows": r.n,
        "covered": r.covered,
        "overlapping": r.overlapping,
        "conflicting": r.conflicting,
        "precision": score_of(r.precision),
        "recall": score_of(r.recall),
        "classes": [_class(one) for one in r.classes],
        "faults": r.faults,
        "only_it_covers": left.uncovered,
        "labels_it_changes": left.changed,
        "accuracy_gain": score_of(left.gain),
    }


def _class(one: ClassReport) -> dict[str, Any]:
    return {
        "label": one.label,
        "against": one.against,
        "votes": one.votes,
        "precision": score_of(one.precision),
        "recall": score_of(one.recall),
    }


def score_of(score: Score) -> dict[str, Any]:
    """Return a score as JSON."""
    return score.model_dump(include={"value", "low", "high", "n", "undefined"})


@app.command()
def show(name: NameArgument, project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Show a function's source, and its numbers by kind of vote."""
    opened = open_near(project)
    catalog = loop.list_functions(opened)
    found = next((f for f in catalog.functions if f.name == name), None)
    if found is None:
        raise FunctionError(
            f"There is no labeling function called {name!r}.",
            remedy="`tunesmith functions list` names them.",
        )
    reports = loop.judge_functions(opened, loop.vote(opened))
    mine = next((r for r in reports if r.name == name), None)
    classes = mine.classes if mine else ()
    rows = [
        (f"{'not ' * one.against}{one.label}", one.votes, number_of(one.precision),
         number_of(one.recall))
        for one in classes
    ]  # fmt: skip
    result = {"name": name, "file": found.file, "line": found.line, "source": found.source,
              "votes": mine is not None, "classes": [_class(one) for one in classes]}  # fmt: skip
    title = f"{found.source}\n\n{found.file}, line {found.line}"
    title += "" if mine else "; it is disabled"
    columns = ("votes for", "rows", "precision", "recall")
    say(result, table(title, columns, rows), as_json=as_json)


@app.command()
def rows(
    what: Annotated[What, typer.Argument(help="Which rows.")] = "conflict",
    function: Annotated[str, typer.Option(help="Whose votes; all functions without.")] = "",
    other: Annotated[str, typer.Option(help="Beside this function.")] = "",
    label: Annotated[str, typer.Option(help="Only votes for this label.")] = "",
    gold: Annotated[str, typer.Option(help="Only rows whose gold is this.")] = "",
    number: Annotated[int, typer.Option("--number", "-n", help="How many to print.")] = 20,
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Print the rows behind a number: covered, conflict, correct, incorrect, missed, tied, ..."""
    opened = open_near(project)
    chosen = Selection(what=what, function=function, other=other, label=label, gold=gold)
    found = loop.rows_of(opened, chosen)
    corpus = loop.columns(opened).corpus.take(found[:number])
    known = loop.tuning_gold(opened)
    shown = [
        {"id": id_, "text": text, "gold": known.get(id_, "")}
        for id_, text in zip(corpus.ids, corpus.texts.to_list(), strict=True)
    ]
    title = f"{len(found):,} rows, {len(shown)} shown"
    drawn = table(title, ("text", "gold"), [(one["text"], one["gold"]) for one in shown])
    say({"n": len(found), "rows": shown}, drawn, as_json=as_json)


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(help="A file with the Python of functions.")],
    project: ProjectOption = HERE,
    save: Annotated[bool, typer.Option("--save", help="Save it if it loads.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what functions that are not saved yet would do."""
    opened = open_near(project)
    code = file.read_text("utf-8")
    current = loop.vote(opened)
    trial = loop.try_function(opened, code, current=current, everything=True)
    reports = loop.judge_functions(opened, trial.matrix)
    faults = told(trial.matrix.faults)
    tried: list[dict[str, Any]] = [
        {
            "name": r.name,
            "covered": r.covered,
            "newly_covered": effect.newly_covered,
            "conflicts": dict(effect.conflicts),
            "precision": score_of(r.precision),
        }
        for r, effect in zip(reports, trial.effects, strict=True)
    ]
    lines = [
        (one["name"], one["covered"], f"+{one['newly_covered']}", number_of(r.precision),
         ", ".join(f"{n} with {name}" for name, n in one["conflicts"].items()))
        for one, r in zip(tried, reports, strict=True)
    ]  # fmt: skip
    columns = ("function", "covered", "newly", "precision", "conflicts")
    drawn = table("; ".join(faults) or "Tried on all rows", columns, lines)
    if save:
        loop.save_function(opened, code)
    result = {"functions": tried, "faults": faults, "saved": save}
    say(result, drawn, as_json=as_json)


@app.command()
def pairs(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Say how every two functions relate: overlap, agreement, conflict, kappa."""
    found = pairs_of(loop.vote(open_near(project)))
    cells: list[dict[str, Any]] = [
        {
            "functions": [found.names[i], found.names[j]],
            "overlap": int(found.overlap[i, j]),
            "agree": int(found.agree[i, j]),
            "conflict": int(found.conflict[i, j]),
            "kappa": None if found.kappa[i, j] != found.kappa[i, j] else float(found.kappa[i, j]),
        }
        for i in range(len(found.names))
        for j in range(i)
        if found.overlap[i, j]
    ]
    cells.sort(key=lambda cell: -cell["conflict"])
    lines = [(" · ".join(c["functions"]), *list(c.values())[1:4],
              "" if c["kappa"] is None else f"{c['kappa']:.2f}") for c in cells]  # fmt: skip
    title = f"{len(cells)} of {len(found.names) * (len(found.names) - 1) // 2} pairs meet"
    drawn = table(title, ("functions", "overlap", "agree", "conflict", "kappa"), lines)
    say({"n": found.n, "pairs": cells}, drawn, as_json=as_json)
