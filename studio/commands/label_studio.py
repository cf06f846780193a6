"""Commands on Label Studio: send examples to people there and take their answers back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from curation.types import Split
from studio.commands.terminal import HERE, JsonOption, ProjectOption, err, open_near, say
from studio.stations import label_studio

Url = Annotated[str, typer.Option(envvar=label_studio.ADDRESS, help="The server.")]
Number = Annotated[int, typer.Option("--number", "-n", help="How many.")]
Whose = Annotated[Split, typer.Option(help="Whose examples.")]

group = typer.Typer(no_args_is_help=True, help="Send examples to people and take answers back.")


@group.command()
def push(
    project: ProjectOption = HERE,
    url: Url = "",
    number: Number = 100,
    split: Whose = Split.TRAIN,
    as_json: JsonOption = False,
) -> None:
    """Send the front of the queue to Label Studio, with the functions' suggestions."""
    state = label_studio.push(open_near(project), url=url, number=number, split=split)
    say(
        {"project": state.project_id, "tasks": len(state.tasks)},
        f"Label Studio project {state.project_id} holds {len(state.tasks)} of our tasks",
        as_json=as_json,
    )


@group.command()
def pull(project: ProjectOption = HERE, url: Url = "", as_json: JsonOption = False) -> None:
    """Take back what people said in Label Studio since the last time."""
    kept, problems = label_studio.pull(open_near(project), url=url)
    _warn(problems)
    say(
        {"kept": kept, "problems": problems},
        f"{kept} new answers from Label Studio",
        as_json=as_json,
    )


@group.command()
def sync(
    project: ProjectOption = HERE,
    url: Url = "",
    number: Number = 100,
    split: Whose = Split.TRAIN,
    as_json: JsonOption = False,
) -> None:
    """Take answers back, withdraw what was resolved here, and keep a number of examples waiting."""
    done = label_studio.sync(open_near(project), url=url, number=number, split=split)
    _warn(done.problems)
    say(
        done.model_dump(mode="json"),
        f"{done.kept} new answers, {done.withdrawn} tasks withdrawn, {done.sent} sent",
        as_json=as_json,
    )


def _warn(problems: Iterable[str]) -> None:
    for problem in problems:
        err.print(problem, style="yellow", markup=False, soft_wrap=True)
