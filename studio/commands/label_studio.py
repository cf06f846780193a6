"""Commands on Label Studio: send examples to people there and take their answers back."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated

import typer

from curation.types import Split
from studio.commands.terminal import HERE, JsonOption, ProjectOption, err, open_near, out, say
from studio.stations.label_studio import syncing
from studio.stations.label_studio.link import ADDRESS
from studio.stations.label_studio.watch import Watch

Url = Annotated[str, typer.Option(envvar=ADDRESS, help="The server.")]
Number = Annotated[int, typer.Option("--number", "-n", help="How many.")]
Pairs = Annotated[bool, typer.Option("--compare", help="Pairs of responses to choose between.")]
Whose = Annotated[Split, typer.Option(help="Whose examples.")]

group = typer.Typer(no_args_is_help=True, help="Send examples to people and take answers back.")


@group.command()
def push(
    project: ProjectOption = HERE,
    url: Url = "",
    number: Number = 100,
    split: Whose = Split.TRAIN,
    compare: Pairs = False,
    as_json: JsonOption = False,
) -> None:
    """Send the front of the queue to Label Studio, with the functions' suggestions."""
    opened = open_near(project)
    state = syncing.push(opened, url=url, number=number, split=split, compare=compare)
    say(
        {"project": state.project_id, "tasks": len(state.tasks)},
        f"Label Studio project {state.project_id} holds {len(state.tasks)} of our tasks",
        as_json=as_json,
    )


@group.command()
def pull(project: ProjectOption = HERE, url: Url = "", as_json: JsonOption = False) -> None:
    """Take back what people said in Label Studio since the last time."""
    done = syncing.pull(open_near(project), url=url)
    _warn(done.problems)
    say(
        done.model_dump(mode="json"),
        f"{done.kept} new answers from Label Studio",
        as_json=as_json,
    )


@group.command()
def sync(
    project: ProjectOption = HERE,
    url: Url = "",
    number: Number = 100,
    split: Whose = Split.TRAIN,
    compare: Pairs = False,
    as_json: JsonOption = False,
) -> None:
    """Take answers back, withdraw what was settled here, and keep a number of examples waiting."""
    opened = open_near(project)
    done = syncing.sync(opened, url=url, number=number, split=split, compare=compare)
    _warn(done.problems)
    say(
        done.model_dump(mode="json"),
        f"{done.kept} new answers, {done.withdrawn} tasks withdrawn, {done.sent} sent",
        as_json=as_json,
    )


@group.command()
def check(project: ProjectOption = HERE, url: Url = "", as_json: JsonOption = False) -> None:
    """Say which server answers, and whose token opens it."""
    found = syncing.check(open_near(project), url=url)
    said = f"{found.server} answers, and knows us as {found.user} by a {found.token}"
    say(found.model_dump(mode="json", include={"server", "user", "token"}), said, as_json=as_json)


@group.command()
def watch(
    project: ProjectOption = HERE,
    url: Url = "",
    every: Annotated[float, typer.Option(min=1, help="Seconds between looks.")] = 30,
    port: Annotated[int, typer.Option(help="Where to listen for hints; 0: a free one.")] = 0,
) -> None:
    """Take answers back as they are given, until Ctrl+C."""
    watching = Watch(
        open_near(project),
        url=url,
        every=every,
        port=port,
        say=lambda text: out.print(text, markup=False, highlight=False, soft_wrap=True),
    )
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        watching.run()


@group.command()
def forget(
    project: ProjectOption = HERE,
    url: Url = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forget what was sent, so that the next push makes a new project there."""
    opened = open_near(project)
    known = syncing.look(opened, url=url)
    asked = f"Forget {known.tasks} tasks in {known.address}? {known.waiting} have no answer yet."
    if not yes:
        typer.confirm(asked, abort=True, err=True)
    forgotten = syncing.forget(opened, url=url)
    said = f"{forgotten} tasks forgotten; they are still there, and all answers are here"
    say({"forgotten": forgotten}, said, as_json=as_json)


def _warn(problems: Iterable[str]) -> None:
    for problem in problems:
        err.print(problem, style="yellow", markup=False, soft_wrap=True)
