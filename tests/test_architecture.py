"""The rules of the house, held on every file; each scan proves that it finds what it is for."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINES = {"labeling_functions", "training", "evaluation", "monitoring"}
PRODUCT = {"app", "studio", "curation", "sample_data"} | ENGINES
OUTSIDE = {"tests", "benchmarks", "scripts"}
NOT_OURS = {"build", "node_modules", "projects", "tmp"}

NOUNS = {"curation.types", "curation.exceptions", "curation.registry"}
CORPUS = "curation.corpus"  # examples as columns: what engines may be handed, beside the nouns
STATISTICS = (
    "curation.statistics"  # intervals of shares and p-values of several tests, the same everywhere
)
SPANS = "curation.spans"  # how an extract task's answer is written, and read, the same everywhere
CHILD = "curation.child"  # how a process of ours is started, asked and ended, the same everywhere
CORE = {
    "curation.project", "curation.store", "curation.migrations", "curation.words",
    *(f"curation.tables{name}" for name in ("", ".database", ".examples", ".annotations",
      ".records", ".handouts")),
}  # fmt: skip
HEAVY = {
    "torch", "transformers", "peft", "evaluate", "accelerate", "datasets", "sklearn", "nltk",
    "rouge_score", "snorkel.labeling.model", "ray", "cleanlab", "krippendorff",
}  # fmt: skip
ONLY_IN = {
    "streamlit": ("app.py", "studio/"),
    "typer": ("studio/",),
    "sqlite3": ("curation/tables/", "curation/migrations.py"),
    "label_studio_sdk": ("curation/review/label_studio/door.py",),
    "snorkel": ("labeling_functions/", "sample_data/"),  # a sample shows its style
    "pickle": (),
    "multiprocessing": (),  # spawn would run the whole app again
}
LONGEST_FUNCTION = 60
BANNED_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}


@dataclass(frozen=True)
class Module:
    """A parsed file."""

    path: str
    source: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its dotted name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def top(self) -> str:
        """The package it is in."""
        return self.name.partition(".")[0]


def read_tree(root: Path) -> tuple[Module, ...]:
    """Parse every Python file that is ours."""
    paths = (path.relative_to(root) for path in sorted(root.rglob("*.py")))
    ours = (p for p in paths if p.parts[0] not in NOT_OURS and not _is_hidden(p))
    sources = ((p.as_posix(), (root / p).read_text("utf-8")) for p in ours)
    return tuple(Module(path, source, ast.parse(source)) for path, source in sources)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


@cache
def project() -> tuple[Module, ...]:
    return read_tree(ROOT)


@dataclass(frozen=True)
class Import:
    """One imported module, and where."""

    name: str
    line: int
    on_load: bool


def imports(module: Module, known: frozenset[str]) -> Iterator[Import]:
    """Yield what a module imports; `from package import module` names the module."""
    later = _lines_run_later(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known | HEAVY else str(node.module) for name in full]
        else:
            continue
        for name in names:
            yield Import(name, node.lineno, node.lineno not in later)


def _lines_run_later(tree: ast.Module) -> set[int]:
    """Return the lines inside functions and `if TYPE_CHECKING`: importing does not run them."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or checking:
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _names(modules: Sequence[Module]) -> frozenset[str]:
    return frozenset(module.name for module in modules)


def _product(modules: Sequence[Module]) -> list[Module]:
    return [module for module in modules if module.top in PRODUCT]


def _is_in(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


# The scans: each takes every module and yields what breaks its rule


def layers(modules: Sequence[Module]) -> Iterator[str]:
    """Who may import whom."""
    known = _names(modules)
    for module in modules:
        for used in imports(module, known):
            ours = used.name.partition(".")[0] in PRODUCT | OUTSIDE
            if ours and not _may_import(module, used.name):
                yield f"{module.path}:{used.line} imports {used.name}"


def _may_import(module: Module, name: str) -> bool:
    other = name.partition(".")[0]
    if module.name in NOUNS:
        return module.name == "curation.registry" and name == "curation.exceptions"
    if module.name in (CORPUS, CHILD, STATISTICS, SPANS):
        return name in NOUNS
    if module.name in CORE:
        return name in NOUNS | CORE
    allowed = {
        "app": {"studio"},
        "studio": {"studio", "curation", "sample_data"} | ENGINES,
        "curation": {"curation"},
        "sample_data": {"labeling_functions"},  # the samples hold functions users can read
    }
    if module.top in ENGINES:
        return other == module.top or name in NOUNS | {CORPUS, CHILD, STATISTICS, SPANS}
    return module.top in OUTSIDE or other in allowed[module.top]


def homes(modules: Sequence[Module]) -> Iterator[str]:
    """Libraries that have one place of their own."""
    known = _names(modules)
    for module in _product(modules):
        for used in imports(module, known):
            home = ONLY_IN.get(used.name.partition(".")[0])
            if home is not None and not (home and module.path.startswith(home)):
                yield f"{module.path}:{used.line} imports {used.name}"


def heavy_imports(modules: Sequence[Module]) -> Iterator[str]:
    """Libraries that cost seconds, loaded by the app's process."""
    known = {module.name: module for module in modules}
    waiting = [module for module in modules if module.top in {"app", "studio"}]
    seen = {module.name for module in waiting}
    while waiting:
        module = waiting.pop()
        for used in imports(module, frozenset(known)):
            if not used.on_load:
                continue
            if _is_in(used.name, HEAVY):
                yield f"{module.path}:{used.line} imports {used.name}"
            fresh = [name for name in _with_parents(used.name) if name in known.keys() - seen]
            seen |= set(fresh)
            waiting += [known[name] for name in fresh]


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def relative_imports(modules: Sequence[Module]) -> Iterator[str]:
    """Imports that do not say where from."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield f"{module.path}:{node.lineno}"


def docstrings(modules: Sequence[Module]) -> Iterator[str]:
    """Modules that do not begin by saying what they are for."""
    for module in modules:
        if module.top != "tests" and not (ast.get_docstring(module.tree) or "").strip():
            yield module.path


def long_functions(modules: Sequence[Module]) -> Iterator[str]:
    """Functions longer than a screen."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"{module.path}:{node.lineno} {node.name} has {lines} lines"


def prints(modules: Sequence[Module]) -> Iterator[str]:
    """Calls of print."""
    for module in modules:
        for node in ast.walk(module.tree):
            named = isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
            if named and module.top != "benchmarks":
                yield f"{module.path}:{node.lineno}"


def vague_names(modules: Sequence[Module]) -> Iterator[str]:
    """Files and folders named after nothing in particular."""
    for module in modules:
        if BANNED_NAMES & set(module.name.split(".")):
            yield module.path


def broad_excepts(modules: Sequence[Module]) -> Iterator[str]:
    """Handlers that catch everything and do not say why."""
    for module in modules:
        comments = _comments(module)
        for node in ast.walk(module.tree):
            if _catches_all(node) and not _reason(comments.get(node.lineno, "")):
                yield f"{module.path}:{node.lineno}"


def _catches_all(node: ast.AST) -> bool:
    everything = {"Exception", "BaseException"}
    if isinstance(node, ast.ExceptHandler):
        caught = node.type
        names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        return any(name is None or ast.unparse(name) in everything for name in names)
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return any(ast.unparse(name) in everything for name in node.args)
    return False


def _comments(module: Module) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(module.source).readline)
    return {t.start[0]: t.string for t in tokens if t.type == tokenize.COMMENT}


def _reason(comment: str) -> str:
    """Return what a comment says, but for the linter's codes."""
    return re.sub(r"(#|noqa: *[A-Z0-9, ]+|\W)+", "", comment)


def unfinished(modules: Sequence[Module]) -> Iterator[str]:
    """Comments that put something off."""
    for module in modules:
        for line, comment in _comments(module).items():
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment):
                yield f"{module.path}:{line}"


Scan = Callable[[Sequence[Module]], Iterator[str]]
SCANS: list[Scan] = [
    layers, homes, heavy_imports, relative_imports, docstrings, long_functions, prints,
    vague_names, broad_excepts, unfinished,
]  # fmt: skip

LONG = "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION
PLANTED: list[tuple[Scan, str, str]] = [
    (layers, "training/new.py", "from evaluation import report"),
    (layers, "evaluation/new.py", "def f():\n    import training.runs"),
    (layers, "monitoring/new.py", "from curation.store import Store"),
    (layers, "monitoring/new.py", "from curation import store"),
    (layers, "labeling_functions/new.py", "import curation"),
    (layers, "curation/new.py", "from labeling_functions.aggregation.aggregate import majority"),
    (layers, "curation/new.py", "from studio import loop"),
    (layers, "curation/types.py", "from curation.exceptions import ProjectError"),
    (layers, "curation/registry.py", "from curation.types import Task"),
    (layers, "curation/store.py", "from curation.splits import group_of"),
    (layers, "app.py", "from curation.project import Project"),
    (layers, "studio/new.py", "from tests.conftest import project"),
    (layers, "sample_data/new.py", "from studio import loop"),
    (homes, "curation/new.py", "import streamlit as st"),
    (homes, "curation/new.py", "def f():\n    import sqlite3"),
    (homes, "studio/new.py", "from sqlite3 import connect"),
    (homes, "curation/review/label_studio/sync.py", "from label_studio_sdk import client"),
    (homes, "evaluation/new.py", "import snorkel.labeling"),
    (homes, "training/new.py", "import pickle"),
    (homes, "app.py", "from multiprocessing import Pool"),
    (heavy_imports, "studio/new.py", "import torch"),
    (heavy_imports, "studio/new.py", "from snorkel.labeling.model import LabelModel"),
    (heavy_imports, "studio/new.py", "from snorkel.labeling import model"),
    (heavy_imports, "app.py", "try:\n    import peft.tuners\nexcept ImportError:\n    pass"),
    (relative_imports, "training/new.py", "from . import runs"),
    (docstrings, "training/new.py", "x = 1"),
    (long_functions, "tests/new.py", LONG),
    (long_functions, "training/new.py", "class A:\n    async " + LONG.replace("\n", "\n    ")),
    (prints, "studio/new.py", "if True:\n    print('hello')"),
    (prints, "tests/new.py", "print('hello')"),
    (vague_names, "curation/utils.py", ""),
    (vague_names, "training/helpers/words.py", ""),
    (broad_excepts, "training/new.py", "try:\n    f()\nexcept Exception:\n    pass"),
    (broad_excepts, "training/new.py", "try:\n    f()\nexcept:  # noqa: E722\n    pass"),
    (broad_excepts, "training/new.py", "try:\n    f()\nexcept (KeyError, BaseException):\n    f()"),
    (broad_excepts, "training/new.py", "with contextlib.suppress(Exception):\n    f()"),
    (unfinished, "training/new.py", "x = 1  # TODO: better"),
]  # fmt: skip

FINE: list[tuple[Scan, str, str]] = [
    (layers, "training/new.py", "from curation.types import Task\nfrom training import runs"),
    (layers, "curation/registry.py", "from curation.exceptions import UnknownNameError"),
    (layers, "tests/new.py", "from curation.store import Store"),
    (homes, "curation/tables/new.py", "import sqlite3"),
    (homes, "labeling_functions/new.py", "from snorkel.labeling import LFAnalysis"),
    (homes, "tests/new.py", "import streamlit"),
    (heavy_imports, "studio/new.py", "def f():\n    import torch"),
    (heavy_imports, "training/worker.py", "import torch"),
    (heavy_imports, "studio/new.py", "from curation import datasets"),
    (heavy_imports, "studio/new.py", "if TYPE_CHECKING:\n    import torch"),
    (docstrings, "training/new.py", '"""What it is for."""'),
    (prints, "studio/new.py", "out.print('hello')"),
    (broad_excepts, "training/new.py", "try:\n    f()\nexcept Exception:  # why\n    f()"),
    (broad_excepts, "training/new.py", "try:\n    f()\nexcept ValueError:\n    f()"),
    (unfinished, "training/new.py", "x = '# TODO'"),
]


def test_every_file_of_every_package_is_looked_at() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages >= PRODUCT - {"app"}
    assert packages | {"app", "tests", "scripts"} <= {module.top for module in project()}
    assert {"app.py", "studio/loop.py", "curation/store.py"} <= {m.path for m in project()}
    assert len(_product(project())) >= 80
    for package in PRODUCT - {"app", "sample_data"}:
        assert len([m for m in project() if m.top == package]) >= 5, package


@pytest.mark.parametrize("scan", SCANS, ids=lambda scan: scan.__name__)
def test_the_project_keeps_the_rule(scan: Scan) -> None:
    assert list(scan(project())) == []


@pytest.mark.parametrize(("scan", "path", "code"), PLANTED)
def test_a_planted_violation_is_found(tmp_path: Path, scan: Scan, path: str, code: str) -> None:
    (found,) = scan(plant(tmp_path, path, code))
    assert found.startswith(path)


@pytest.mark.parametrize(("scan", "path", "code"), FINE)
def test_what_is_allowed_is_not_found(tmp_path: Path, scan: Scan, path: str, code: str) -> None:
    assert list(scan(plant(tmp_path, path, code))) == []


def test_every_scan_has_a_planted_violation() -> None:
    assert {scan for scan, _, _ in PLANTED} == set(SCANS)


def test_a_heavy_import_is_found_however_far_from_the_page(tmp_path: Path) -> None:
    plant(tmp_path, "studio/pages/new.py", "from training import deep")
    plant(tmp_path, "training/__init__.py", "")
    plant(tmp_path, "training/deep.py", "from training.deeper import x")
    modules = plant(tmp_path, "training/deeper.py", "import torch.nn")
    assert list(heavy_imports(modules)) == ["training/deeper.py:1 imports torch.nn"]
    modules = plant(tmp_path, "training/__init__.py", "import nltk")
    assert "training/__init__.py:1 imports nltk" in list(heavy_imports(modules))


def test_what_is_not_ours_is_not_looked_at(tmp_path: Path) -> None:
    for folder in (".venv", "projects", "node_modules", "studio/__pycache__"):
        plant(tmp_path, f"{folder}/x.py", "x = 1")
    ours = [module.path for module in plant(tmp_path, "app.py", "")]
    assert ours == ["app.py", "curation/store.py"]


def plant(root: Path, path: str, code: str) -> tuple[Module, ...]:
    """Write a file into a small tree and read the tree."""
    for name, content in {"curation/store.py": '"""The store."""', path: code}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return read_tree(root)


def test_the_app_and_the_command_line_load_nothing_heavy() -> None:
    code = "import sys, studio.loop, studio.standing, studio.cli\nsys.exit(repr([*sys.modules]))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    loaded = set(ast.literal_eval(run.stderr))
    assert {"studio.loop", "studio.cli", "curation.store", "training.runs"} <= loaded
    assert {name for name in loaded if name in HEAVY | {"streamlit", "label_studio_sdk"}} == set()
