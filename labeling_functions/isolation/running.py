"""Run a user's file so that a library that is not there costs only what cannot do without it."""

from __future__ import annotations
import __future__ as futures

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labeling_functions.fingerprints import written

FUTURES = sum(getattr(futures, name).compiler_flag for name in futures.all_feature_names)


@dataclass
class Missing:
    """An import that found nothing.

    Attributes
    ----------
    lost : list of str
        Names that could not be made without it, in order.
    """

    error: ModuleNotFoundError
    lost: list[str] = field(default_factory=list)


def run(tree: ast.Module, path: Path, variables: dict[str, Any]) -> list[Missing]:
    """Run a file statement by statement, past imports of what is not installed.

    A function that only names the library in its body is made, and raises when it is called.

    Raises
    ------
    Exception
        Whatever else the file raises.
    """
    flags = compile(tree, str(path), "exec", dont_inherit=True).co_flags & FUTURES
    missing: list[Missing] = []
    without: dict[str, Missing] = {}
    for statement in tree.body:
        code = compile(
            ast.Module([statement], []), str(path), "exec", flags=flags, dont_inherit=True
        )
        names = written(statement)
        try:
            exec(code, variables)  # noqa: S102 - what we are for
        except ModuleNotFoundError as error:
            if not isinstance(statement, (ast.Import, ast.ImportFrom)) or "*" in names:
                raise
            missing.append(Missing(error))
            without |= dict.fromkeys(names, missing[-1])
        except NameError as error:
            if error.name not in without:
                raise
            without[error.name].lost += sorted(names)
            without |= dict.fromkeys(names, without[error.name])
    return missing
