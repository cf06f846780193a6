"""Commands on a model in use, and on the project as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio import loop
from studio.commands.terminal import (
    EXIT_NOT_MET,
    HERE,
    JsonOption,
    ProjectOption,
    open_near,
    out,
    say,
    table,
)
from studio.standing import where_are_we


def promote(
    run: Annotated[str, typer.Argument(help="A finished run, or latest.")],
    why: Annotated[str, typer.Option(help="Why; kept on record.")],
    project: ProjectOption = HERE,
    who: Annotated[str, typer.Option(help="Who decides; else you.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a run the live one."""
    line = loop.promote(open_near(project), run, why, who)
    say(line.model_dump(mode="json"), f"{line.run} is live", as_json=as_json)


def rollback(
    why: Annotated[str, typer.Option(help="Why; kept on record.")],
    project: ProjectOption = HERE,
    who: Annotated[str, typer.Option(help="Who decides; else you.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make the run that was live before the live one again."""
    line = loop.roll_back(open_near(project), why, who)
    say(line.model_dump(mode="json"), f"{line.run} is live again", as_json=as_json)


def drift(
    project: ProjectOption = HERE,
    log: Annotated[Path | None, typer.Option(help="Import this request log first.")] = None,
    bring_back: Annotated[int, typer.Option(help="Make examples of so many requests.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Compare the model's use with its exam; exit code 3 on an alert."""
    opened = open_near(project)
    added = loop.import_requests(opened, log) if log else 0
    chosen = loop.requests_worth_labelling(opened)[:bring_back]
    back = loop.bring_back(opened, [item.request for item in chosen]).added if chosen else 0
    report = loop.watch_drift(opened)
    sentence = (
        report.sentence
        if report
        else "Nothing to compare: promote a run that sat the exam, and import a log."
    )
    result = {
        "new_requests": added,
        "brought_back": back,
        "alert": bool(report and report.alert),
        "sentence": sentence,
    }
    say(result, sentence, as_json=as_json)
    if report and report.alert:
        raise typer.Exit(EXIT_NOT_MET)


def status(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Say where the project stands, and the next best minute of work."""
    opened = open_near(project)
    standing = where_are_we(opened)
    rows = [(s.page, s.count, s.freshness.value, s.note) for s in standing.stations]
    step = standing.next_step
    result = {
        "stations": {
            s.page: {"count": s.count, "state": s.freshness.value, "note": s.note}
            for s in standing.stations
        },
        "next": {"page": step.page, "label": step.label, "why": step.why},
        "runs": [{"run": s.spec.id, "status": s.status.value} for s in loop.list_runs(opened)],
        "alerts": list(standing.alerts),
    }
    say(result, table(opened.settings.name, ("", "", "", ""), rows), as_json=as_json)
    if not as_json:
        out.print(f"Next: {step.label} ({step.page}). {step.why}", markup=False)
