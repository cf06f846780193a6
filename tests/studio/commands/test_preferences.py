"""`tunesmith export-preferences`: how many pairs, what is left out, and a file for the trainer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from curation.project import Project
from curation.types import Annotation, Split
from studio import cli


def test_the_command_counts_the_pairs_and_names_what_is_left_out(
    copy: Callable[[str], Project], tmp_path: Path
) -> None:
    project, out = copy("policies"), tmp_path / "pairs.jsonl"
    for number, split in enumerate((Split.TRAIN, Split.VALIDATION)):
        example = project.store.examples(split=split)[0].id
        said = Annotation(
            uid=f"{number}", example_id=example, answer="new", shown="old", rejected="old"
        )
        project.store.add_annotations([said])
    arguments = ["export-preferences", "-p", str(project.folder), "--to", str(out)]
    shown = CliRunner().invoke(cli.app, arguments)
    assert shown.exit_code == 0, shown.output
    assert "1 preference pairs" not in shown.output
    assert "1 preference pair in" in " ".join(shown.output.split())
    assert "left out: of validation" in shown.output
    told = json.loads(CliRunner().invoke(cli.app, [*arguments, "--json"]).output)
    assert told == {
        "file": str(out),
        "pairs": 1,
        "choice": 0,
        "edit": 1,
        "left_out": {"of validation": 1},
    }
    assert len(out.read_text("utf-8").splitlines()) == 1
