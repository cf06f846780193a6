"""The hash of everything a labeling function's votes depend on, read from its source."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from curation.types import JsonObject, fingerprint

VOTING = "1"
"""Raised when the way answers become votes changes, so that every function votes anew."""

EVERYTHING = "*"


class Dependencies:
    """Which top-level statements of a file each of its names depends on.

    Parameters
    ----------
    tree : ast.Module
        The parsed file.
    folder : Path
        Where it lies, to find the sibling modules and data files it names.
    """

    def __init__(self, tree: ast.Module, folder: Path) -> None:
        self.tree = tree
        self.folder = folder
        self._writers: dict[str, list[int]] = defaultdict(list)
        for place, statement in enumerate(tree.body):
            for name in written(statement):
                self._writers[name].append(place)

    def fingerprint(
        self, name: str, variable: str | None, labels: tuple[str, ...], *more: str
    ) -> str:
        """Return the fingerprint of the function `name` bound to `variable`.

        It covers the statements the variable depends on, freed of comments and layout, the
        sibling modules they import, the files beside them that they name, the labels and what
        `more` says. A function no single statement binds (`variable` None) depends on its whole
        file.
        """
        statements = self._statements(variable)
        parts = [VOTING, name, *labels, "", *(dump for dump in map(self._dumps, statements))]
        files = sorted({file for place in statements for file in self._files[place]})
        return fingerprint(*parts, *(_content(file) for file in files), *more)

    def statement(self, variable: str) -> ast.stmt | None:
        """Return the statement that binds `variable` last, if one does."""
        places = self._writers.get(variable)
        return self.tree.body[places[-1]] if places else None

    def files(self) -> set[Path]:
        """Return the files beside it that any of its functions depends on."""
        return set().union(*self._files)

    def _statements(self, variable: str | None) -> list[int]:
        if variable is None or variable not in self._writers:
            return list(range(len(self.tree.body)))
        pending, found = [*self._writers[variable], *self._writers[EVERYTHING]], set[int]()
        while pending:
            place = pending.pop()
            if place not in found:
                found.add(place)
                pending += [w for used in self._used[place] for w in self._writers.get(used, ())]
        return sorted(found)

    @cached_property
    def _used(self) -> list[set[str]]:
        return [
            {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            for statement in self.tree.body
        ]

    def _dumps(self, place: int) -> str:
        return ast.dump(self.tree.body[place])

    @cached_property
    def _files(self) -> list[set[Path]]:
        return [imported(s, self.folder) | set(_named(s, self.folder)) for s in self.tree.body]


def data_fingerprint(name: str, labels: tuple[str, ...], data: JsonObject) -> str:
    """Return the fingerprint of a function that is data: how its source reads does not matter.

    The terms of a gazetteer and the scope are in the data, so they are covered too.

    Examples
    --------
    >>> one, other = {"when": {"kind": "length", "at_most": 3}}, {"when": None}
    >>> data_fingerprint("f", (), one) == data_fingerprint("f", (), other)
    False
    """
    return fingerprint(VOTING, name, *labels, "", json.dumps(data, sort_keys=True))


def written(statement: ast.AST) -> set[str]:
    """Return the module-level names a top-level statement binds or changes in place.

    Examples
    --------
    >>> sorted(written(ast.parse("a = b = f(c)").body[0]))
    ['a', 'b']
    >>> written(ast.parse("words.append('x')").body[0])
    {'words'}
    """
    return {name for node in _outside_functions(statement) for name in _names_written(node)}


def _outside_functions(statement: ast.AST) -> Iterator[ast.AST]:
    yield statement
    if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        for child in ast.iter_child_nodes(statement):
            yield from _outside_functions(child)


def _names_written(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case (
            ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del())
        ):
            yield from _base(node)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            yield from _base(method)


def _base(node: ast.AST) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def imported(node: ast.AST, folder: Path) -> set[Path]:
    """Return the files of `folder` that a piece of code imports, through one another too."""
    found, pending = set[Path](), list(_siblings(node, folder))
    while pending:
        file = pending.pop()
        if file not in found:
            found.add(file)
            tree = _parse(file.read_bytes())
            pending += _siblings(tree, folder) if tree else ()
    return found


def _siblings(node: ast.AST, folder: Path) -> Iterator[Path]:
    for root in _roots(ast.walk(node)):
        module, package = folder / f"{root}.py", folder / root
        if module.is_file():
            yield module
        elif package.is_dir():
            yield from package.rglob("*.py")


def _roots(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _named(node: ast.AST, folder: Path) -> Iterator[Path]:
    # A word list read with Path(__file__).with_name("cities.txt") decides votes as well.
    values = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant))
    for text in (value for value in values if isinstance(value, str)):
        if 0 < len(text) < 200 and "\0" not in text and (folder / text).is_file():
            yield folder / text


def _content(file: Path) -> str:
    content = file.read_bytes()
    tree = _parse(content) if file.suffix == ".py" else None
    return f"{file.name} {ast.dump(tree) if tree else sha256(content).hexdigest()}"


def _parse(source: bytes) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None
