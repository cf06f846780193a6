"""The documentation says what there is, and what it says is there."""

from __future__ import annotations

import re
import shlex
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
import typer.main

from curation.checks import CHECKS
from curation.exporters import EXPORTERS
from curation.importers import IMPORTERS
from curation.templates import TEMPLATES
from evaluation.metrics import METRICS
from evaluation.metrics.catalog import CATALOG
from labeling_functions.aggregation.aggregate import AGGREGATORS
from labeling_functions.families import FAMILIES
from studio import cli
from training.recipes import RECIPES

ROOT = Path(__file__).parents[1]
SKIPPED = {".venv", "node_modules", "build", "dist", ".git", ".pytest_cache"}


@cache
def documents() -> dict[str, str]:
    """Return every Markdown file of the project, by its path."""
    found = {}
    for path in sorted(ROOT.rglob("*.md")):
        inside = path.relative_to(ROOT)
        hidden = any(part in SKIPPED or part.startswith(".") for part in inside.parts)
        if not hidden and "site-packages" not in inside.parts:
            found[str(inside)] = path.read_text("utf-8")
    return found


@cache
def manual() -> str:
    """Return what a user reads: the README and the pages under docs/."""
    return "\n".join(
        text
        for name, text in documents().items()
        if name == "README.md" or name.startswith("docs/")
    )


@cache
def commands() -> dict[str, Any]:
    """Return every command of the terminal, those of groups as `group command`."""
    group = typer.main.get_command(cli.app)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {n}": c for n, c in inner.items()} if inner else {name: command}
    return found


def pages() -> list[str]:
    found = [path.stem for path in (ROOT / "studio" / "pages").glob("*.py")]
    return sorted(name.replace("_", " ").capitalize() for name in found if name != "__init__")


SCORES = [score for info in CATALOG.values() for score in info.scores]
NAMES = [
    *(("recipe", name) for name in RECIPES),
    *(("metric", name) for name in (*METRICS, *SCORES)),
    *(("importer", name) for name in IMPORTERS),
    *(("exporter", name) for name in EXPORTERS),
    *(("check", name) for name in CHECKS),
    *(("family", name) for name in FAMILIES),
    *(("aggregator", name) for name in AGGREGATORS),
    *(("template", name) for name in TEMPLATES),
    *(("preset", path.stem) for path in (ROOT / "training" / "presets").glob("*.toml")),
]


@pytest.mark.parametrize(("kind", "name"), sorted(set(NAMES)))
def test_every_named_thing_is_mentioned(kind: str, name: str) -> None:
    assert re.search(rf"`[^`\n]*\b{re.escape(name)}\b[^`\n]*`", manual()), f"the {kind} {name}"


@pytest.mark.parametrize("name", commands())
def test_every_command_is_mentioned(name: str) -> None:
    assert re.search(rf"`?(tunesmith )?{re.escape(name)}\b", manual())
    assert f"tunesmith {name}" in manual()


@pytest.mark.parametrize("name", pages())
def test_every_page_is_mentioned(name: str) -> None:
    assert re.search(rf"\b{name}\b", manual())


def test_all_nine_pages_were_looked_for() -> None:
    assert len(pages()) == 9
    assert len(NAMES) > 30


def shell_lines() -> list[tuple[str, str]]:
    """Return the commands in the fenced shell blocks of every document."""
    found = []
    for name, text in documents().items():
        for block in re.findall(r"```(?:sh|bash|console|shell)\n(.*?)```", text, re.DOTALL):
            joined = re.sub(r"\\\n\s*", " ", block)
            found += [(name, line.strip()) for line in joined.splitlines() if line.strip()]
    return found


def test_there_are_commands_in_the_documents() -> None:
    assert len([line for _, line in shell_lines() if "tunesmith" in line]) > 5


@pytest.mark.parametrize(("document", "line"), shell_lines())
def test_commands_in_documents_exist_with_their_options(document: str, line: str) -> None:
    words = shlex.split(line.removeprefix("$ "), comments=True)
    if "make" in words[:1]:
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        wanted = [word for word in words[1:] if "=" not in word]
        assert set(wanted) <= set(targets)
    if Path(words[0]).name == "tunesmith" if words else False:
        name = words[1] if words[1] in commands() else " ".join(words[1:3])
        assert name in commands()
        known = {option for p in commands()[name].params for option in (*p.opts, *p.secondary_opts)}
        used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert used <= known | {"--help"}


def python_blocks() -> list[tuple[str, str]]:
    """Return the fenced Python of every document."""
    return [
        (name, block)
        for name, text in documents().items()
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    ]


@pytest.mark.parametrize(("document", "block"), python_blocks())
def test_python_in_documents_runs(
    document: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file of the functions folder would, which has the list that examples name."""
    (tmp_path / "cities.txt").write_text("Paris\nRome\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    module = ModuleType("block")
    monkeypatch.setitem(sys.modules, "block", module)  # a dataclass looks for its module
    exec(compile(block, document, "exec"), module.__dict__)  # noqa: S102 - our own text


def test_make_targets_named_in_text_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target for text in documents().values() for target in re.findall(r"`make ([a-z-]+)`", text)
    }
    assert named
    assert named <= targets


def links(text: str) -> list[str]:
    """Return the targets of a document's links and images, code left out."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    prose = re.sub(r"`[^`\n]*`", "", prose)
    return re.findall(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", prose)


def anchors(text: str) -> set[str]:
    """Return the anchors GitHub makes of a document's headings."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    found = set()
    for heading in re.findall(r"^#+ +(.+?)\s*$", prose, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


RELATIVE = [
    (name, link)
    for name, text in documents().items()
    for link in links(text)
    if not re.match(r"[a-z]+:", link)
]


def test_there_are_links_to_follow() -> None:
    assert len(RELATIVE) > 5


@pytest.mark.parametrize(("document", "link"), RELATIVE)
def test_relative_links_resolve(document: str, link: str) -> None:
    place, _, anchor = unquote(link).partition("#")
    target = (ROOT / document).parent / place if place else ROOT / document
    assert target.exists()
    assert target.resolve().is_relative_to(ROOT)
    if anchor and target.suffix == ".md":
        assert anchor in anchors(target.read_text("utf-8"))


THIS_MACHINE = re.compile(r"/(work|root|home/\w+|Users/\w+|mnt|tmp/pytest)/|\b[A-Z]:\\Users")


@pytest.mark.parametrize("document", documents())
def test_no_document_names_a_path_of_this_machine(document: str) -> None:
    assert THIS_MACHINE.findall(documents()[document]) == []


@pytest.mark.parametrize("document", documents())
def test_documents_name_files_that_are_there(document: str) -> None:
    """A path in code type that starts with one of our folders must exist."""
    ours = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in SKIPPED}
    named = re.findall(r"`([\w-]+/[\w./-]*\w)`", documents()[document])
    paths = [name for name in named if name.partition("/")[0] in ours and "." in Path(name).name]
    missing = [path for path in paths if not (ROOT / path).exists()]
    in_a_project = ("labeling_functions/",)
    assert [path for path in missing if not path.startswith(in_a_project)] == []
