"""`tunesmith`: the verbs of the loop for a terminal."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from curation.exceptions import ImportFailedError, ProjectError, TunesmithError
from curation.project import is_project
from studio import serving
from studio.commands import (
    aggregation,
    browse,
    data,
    diagnosis,
    function_changes,
    label_studio,
    labels,
    models,
    people,
    preferences,
    queue,
    quick,
    served,
    slices,
    use,
)
from studio.commands.terminal import EXIT_WRONG, err, out
from studio.samples import open_sample
from studio.stations.importing import reasons

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="From raw text to a fine-tuned model, and back to the data that made it wrong.",
)
COMMANDS: dict[str, Callable[..., None]] = {
    "new": data.new,
    "import": data.import_,
    "embed": served.embed,
    "ask": served.ask,
    "examples": browse.examples,
    "undo": browse.undo,
    "vote": labels.vote,
    "queue": queue.queue,
    "label": labels.label,
    "quick": quick.quick,
    "agreement": people.agreement,
    "audit": people.audit,
    "export-annotations": people.export_annotations,
    "import-annotations": people.import_annotations,
    "dataset": data.dataset,
    "export-preferences": preferences.export_preferences,
    "train": models.train,
    "cancel": models.cancel,
    "evaluate": models.evaluate,
    "errors": models.errors,
    "diagnose": diagnosis.diagnose,
    "ledger": diagnosis.ledger,
    "promote": use.promote,
    "rollback": use.rollback,
    "drift": use.drift,
    "status": use.status,
}
for name, command in COMMANDS.items():
    app.command(name)(command)

app.add_typer(label_studio.group, name="label-studio")
function_changes.group.command("compare")(aggregation.compare)
app.add_typer(function_changes.group, name="functions")

act = typer.Typer(no_args_is_help=True, help="Act on all examples that a filter finds.")
act.command("label")(browse.label)
act.command("review")(browse.review)
act.command("exclude")(browse.exclude)
act.command("function")(browse.function)
app.add_typer(act, name="act")

named = typer.Typer(no_args_is_help=True, help="Filters with a name.")
named.command("save")(slices.save)
named.command("list")(slices.list_)
named.command("remove")(slices.remove)
app.add_typer(named, name="slices")


@app.command("app")
def open_app(
    folder: Annotated[Path, typer.Argument(help="Where projects are kept.")] = Path("projects"),
    port: Annotated[int, typer.Option(help="The port on this machine.")] = 8501,
    sample: Annotated[bool, typer.Option(help="Make the sample project if there is none.")] = False,
    browser: Annotated[bool, typer.Option(help="Open a browser tab.")] = True,
    share: Annotated[
        str, typer.Option(help="Let other machines in under this host name; they sign in.")
    ] = "",
) -> None:
    """Open the app in the browser; Ctrl+C stops it, runs go on."""
    if not serving.is_free(port):
        raise ProjectError(
            f"Something listens on port {port} already.",
            where=f"http://127.0.0.1:{port}",
            remedy="If that is Tunesmith, it is open; else choose another with --port.",
        )
    if sample and not (folder.is_dir() and any(map(is_project, folder.iterdir()))):
        open_sample("retail", folder)
    url = f"http://127.0.0.1:{port}"
    with serving.app(folder.resolve(), port, share) as process:
        serving.wait_until_up(url, process)
        out.print(f"Tunesmith is at {url} (Ctrl+C stops it)", markup=False, highlight=False)
        if browser:
            webbrowser.open(url)
        raise typer.Exit(process.wait())


def main() -> None:
    """Run the command line; show the project's own errors in words."""
    try:
        app()
    except TunesmithError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        if isinstance(error, ImportFailedError):
            for line in reasons(error.rejected)[3:]:
                err.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(EXIT_WRONG)


if __name__ == "__main__":
    main()
