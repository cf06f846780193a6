"""Commands on causes: why a run errs, what to do about it next, and what that brought."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group

from curation.types import Finding
from evaluation.diagnosis.explain import title
from evaluation.diagnosis.record import Diagnosis, Proposal
from studio import loop
from studio.commands.terminal import HERE, JsonOption, ProjectOption, open_near, say, table

TakeOption = Annotated[
    int, typer.Option(help="Take this action, by its number: open a finding on its rows.", min=0)
]


def diagnose(
    run: Annotated[str, typer.Argument(help="A run, or latest.")] = "latest",
    project: ProjectOption = HERE,
    take: TakeOption = 0,
    again: Annotated[bool, typer.Option(help="Look for causes anew.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say why a run gets validation rows wrong, and what to do about it next."""
    opened = open_near(project)
    name = loop.run_folder(opened, run).name
    found = None if again else loop.read_diagnosis(opened, name)
    found = found or loop.diagnose(opened, name)
    if take:
        finding = loop.take_action(opened, name, _numbered(found, take).key)
        say(finding.model_dump(mode="json"), _opened(finding), as_json=as_json)
        return
    say(found.model_dump(mode="json"), _shown(found), as_json=as_json)


def _numbered(found: Diagnosis, number: int) -> Proposal:
    if number > len(found.proposals):
        raise typer.BadParameter(f"there are {len(found.proposals)} actions", param_hint="--take")
    return found.proposals[number - 1]


def _opened(finding: Finding) -> str:
    n = len(finding.example_ids)
    return f"Finding {finding.id}: {finding.title} ({n} examples to {finding.action})"


def _shown(found: Diagnosis) -> Group:
    actions = [
        (at, one.title, f"{len(one.errors) + one.latent:.0f}", f"{one.minutes:.0f}", one.sentence)
        for at, one in enumerate(found.proposals, 1)
    ]
    counts: dict[str, int] = {}
    for one in found.explanations:
        counts[one.cause] = counts.get(one.cause, 0) + 1
    causes = [(title(cause), n) for cause, n in sorted(counts.items(), key=lambda c: -c[1])]
    slices = [
        (one.name, f"{one.rate:.0%} ({one.low:.0%} to {one.high:.0%}, n={one.n})",
         f"{one.elsewhere:.0%}", f"{one.explained:.0%}") for one in found.slices
    ]  # fmt: skip
    return Group(
        table(
            f"{found.errors} of {found.n} validation answers are wrong; what to do next",
            ("", "action", "errors", "minutes", "because"),
            actions,
        ),
        table("Causes, as far as each error's neighbourhood tells", ("cause", "errors"), causes),
        table("Slices", ("slice", "errors there", "elsewhere", "of all errors"), slices),
        *found.lacking,
    )


def ledger(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Show every action that was taken on a run's errors, and what the next run made of it."""
    entries = loop.ledger(open_near(project))
    result = {
        "actions": [
            {"id": e.finding.id, "title": e.finding.title, "outcome": e.outcome, "run": e.run,
             "sentence": e.sentence} for e in entries
        ]
    }  # fmt: skip
    rows = [(e.finding.title, e.outcome, e.run, e.sentence) for e in entries]
    say(result, table("Actions", ("action", "outcome", "judged by", ""), rows), as_json=as_json)
