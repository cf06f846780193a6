"""Load a user's file of labeling functions and find what it declares; only the worker does this."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from functools import cached_property
from importlib.util import decode_source, find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from curation.types import FunctionInfo
from labeling_functions.fingerprints import Dependencies, data_fingerprint
from labeling_functions.function import LabelingFunction
from labeling_functions.isolation.running import Missing, run


class UserFile:
    """A file of labeling functions, run.

    Parameters
    ----------
    path : Path
        A `.py` file; the modules and data beside it can be imported and read.

    Attributes
    ----------
    missing : list of Missing
        Libraries that are not there, and what the file lacks without them.

    Raises
    ------
    Exception
        Whatever else the file itself raises, `SyntaxError` and `SystemExit` included.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        content = path.read_bytes()
        self.tree = ast.parse(content, str(path))
        self.source = decode_source(content)
        self.missing: list[Missing] = []
        self.module = self._run()
        self.dependencies = Dependencies(self.tree, path.parent)

    def functions(self) -> Iterator[tuple[str | None, LabelingFunction]]:
        """Yield every function the file declares with its variable, in order, each once."""
        seen = set[int]()
        for variable, value in vars(self.module).items():
            if variable in self._borrowed:
                continue
            for item in value if isinstance(value, (list, tuple)) else [value]:
                function = as_function(item)
                if function and id(item) not in seen:
                    seen.add(id(item))
                    yield variable, function

    def info(
        self, variable: str | None, function: LabelingFunction, labels: tuple[str, ...]
    ) -> FunctionInfo:
        """Describe a function of this file: where it stands, and its fingerprint."""
        statement = self.dependencies.statement(variable) if variable else None
        line, source = self._place(statement)
        return FunctionInfo(
            name=function.name,
            fingerprint=self._fingerprint(variable, function, labels),
            family=function.family,
            file=self.path.name,
            line=line,
            source=source,
            rule=function.data,
        )

    def _fingerprint(
        self, variable: str | None, function: LabelingFunction, labels: tuple[str, ...]
    ) -> str:
        if function.data is not None:
            return data_fingerprint(function.name, labels, function.data)
        scope = [json.dumps(function.scope.data)] if function.scope else []
        return self.dependencies.fingerprint(function.name, variable, labels, *scope)

    def _place(self, statement: ast.stmt | None) -> tuple[int, str]:
        if statement is None:
            return 1, self.source
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        lines = self.source.split("\n")[first - 1 : statement.end_lineno]
        return first, "\n".join(lines)

    def _run(self) -> ModuleType:
        name = _module_name(self.path)
        if name in sys.modules:
            return sys.modules[name]
        module = ModuleType(name, ast.get_docstring(self.tree, clean=False))
        module.__file__ = str(self.path)
        sys.modules[name] = module
        try:
            self.missing += run(self.tree, self.path, vars(module))
        except BaseException:  # a module that broke half-way must not be found by the next import
            del sys.modules[name]
            raise
        return module

    @cached_property
    def _borrowed(self) -> set[str]:
        """Names imported from a sibling file, which declares them itself."""
        return {
            alias.asname or alias.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            and node.module
            and (self.path.parent / f"{node.module}.py").is_file()
            for alias in node.names
        }


def files_in(folder: Path) -> list[Path]:
    """Return the files of a functions folder in name order."""
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def as_function(value: Any) -> LabelingFunction | None:  # noqa: ANN401 - anything a file may hold
    """Return `value` as a labeling function if it is ours or Snorkel's."""
    if isinstance(value, LabelingFunction):
        return value
    core = sys.modules.get("snorkel.labeling.lf.core")
    if core is None or not isinstance(value, core.LabelingFunction):
        return None
    return LabelingFunction(name=value.name, family="snorkel", rule=value)


def _module_name(path: Path) -> str:
    """Return the file's module name, which must not hide an installed module of that name."""
    loaded = sys.modules.get(path.stem)
    if loaded is not None:
        ours = getattr(loaded, "__file__", None) == str(path)
    else:
        spec = find_spec(path.stem) if path.stem.isidentifier() else None
        ours = spec is not None and spec.origin == str(path)
    return path.stem if ours else f"user file {path.stem}"
