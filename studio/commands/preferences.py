"""The command that writes what people prefer to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curation.types import Split
from studio import loop
from studio.commands.terminal import HERE, JsonOption, ProjectOption, open_near, say, table


def export_preferences(
    to: Annotated[Path, typer.Option(help="The file to write, a pair a line.")],
    split: Annotated[Split, typer.Option(help="Whose pairs: train or validation.")] = Split.TRAIN,
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Write the responses people prefer, beside those they do not, as TRL's DPO trainer reads."""
    found = loop.export_preferences(open_near(project), to, split)
    counts = {"choice": 0, "edit": 0}
    for pair in found.pairs:
        counts[pair.source] += 1
    left_out = {reason: len(ids) for reason, ids in found.left_out.items()}
    result = {"file": str(to), "pairs": len(found.pairs), **counts, "left_out": left_out}
    rows = [("from choices", counts["choice"]), ("from edits", counts["edit"])]
    rows += [(f"left out: {reason}", number) for reason, number in left_out.items()]
    number = len(found.pairs)
    title = f"{number} preference {'pair' if number == 1 else 'pairs'} in {to}"
    say(result, table(title, ("", "pairs"), rows), as_json=as_json)
