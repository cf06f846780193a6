"""Write functions into the user's own files, and leave all else there byte for byte as it is."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from curation.exceptions import FunctionError
from labeling_functions import __all__ as SHOP_WINDOW  # noqa: N812 - a constant here
from labeling_functions.fingerprints import written
from labeling_functions.rendering import identifier, render, render_python

__all__ = [
    "identifier", "read_file", "remove_function", "render", "render_python", "replace_file",
    "replace_function", "write_function",
]  # fmt: skip

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line with its end, as Python counts them; str.splitlines knows more of them."""

MARK = "\ufeff"
"""What some editors begin a file with; Python passes over it."""


class Statement(NamedTuple):
    """Where a function is declared."""

    file: str
    text: str
    start: int
    end: int
    node: ast.stmt


def write_function(folder: Path, code: str, filename: str = "functions.py") -> Path:
    """Append a function to the user's file, with the imports it needs, and return the file.

    Raises
    ------
    FunctionError
        The code or the file does not compile, the file has a function of that name already, or
        `filename` is not a plain `.py` name.
    """
    path = _path(folder, filename)
    before = read_file(folder, filename) if path.exists() else ""
    there, new = _parse(before, filename), _parse(code, "the new function")
    _refuse_clash(_bound(there) & _bound(new), filename)
    text = _with_imports(before, there, _needed(new) - _bound(there) - _bound(new))
    return _write(path, f"{text.rstrip()}\n\n\n{code.strip()}\n".lstrip(), before)


def replace_function(folder: Path, name: str, code: str) -> Path:
    """Put `code` where the function `name` is declared, and return the file.

    The code may give it another name. Imports it needs are added.

    Raises
    ------
    FunctionError
        No statement of its own declares the function, the code or the file does not compile, or a
        name it binds is taken by another statement of the file.
    """
    old = _statement(folder, name)
    new = _parse(code, "the function")
    spliced = old.text[: old.start] + code.strip() + old.text[old.end :]
    tree = _parse(spliced, old.file)
    others = [n for n in _parse(old.text, old.file).body if _place(n) != _place(old.node)]
    bound = {taken for node in others for taken in written(node)}
    _refuse_clash(bound & _bound(new) - written(old.node), old.file)
    text = _with_imports(spliced, tree, _needed(new) - _bound(tree))
    return _write(folder / old.file, text, old.text)


def remove_function(folder: Path, name: str) -> Path:
    """Take the statement that declares the function `name` out of its file, and return the file.

    Comments above it stay, for they may be about more than it.

    Raises
    ------
    FunctionError
        No statement of its own declares the function.
    """
    old = _statement(folder, name)
    before, after = old.text[: old.start], old.text[old.end :]
    rest = re.match(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)", after)
    if rest and (not before or before[-1] in "\r\n"):
        after = re.sub(r"\A(?:[ \t]*(?:\r\n|\r|\n))+", "", after[rest.end() :])
    else:  # it shares its line with another statement
        before += "pass"
    return _write(folder / old.file, before + after, old.text)


def read_file(folder: Path, filename: str) -> str:
    """Return the text of a functions file, its line ends as they are.

    Raises
    ------
    FunctionError
        It is gone, or is not UTF-8, which is what we write.
    """
    try:
        return (folder / filename).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FunctionError(
            f"The file cannot be read: {error}.",
            where=filename,
            remedy="Save it as UTF-8 in a text editor; here it can only be run as it is.",
        ) from error


def replace_file(folder: Path, filename: str, code: str) -> Path:
    """Write a whole functions file anew, if it compiles; else the old one stays as it is."""
    path = _path(folder, filename)
    before = read_file(folder, filename) if path.exists() else ""
    return _write(path, code, before)


def _path(folder: Path, filename: str) -> Path:
    if Path(filename).name != filename or not filename.endswith(".py"):
        raise FunctionError(f"{filename!r} is no file name.", remedy="Name it like functions.py.")
    return folder / filename


def _refuse_clash(names: set[str], filename: str) -> None:
    if names:
        raise FunctionError(
            f"{', '.join(sorted(names))} is declared already.",
            where=filename,
            remedy="Choose another name, or edit the function that is there.",
        )


def _statement(folder: Path, name: str) -> Statement:
    """Return the statement that declares a function: the last one that names it, or binds it."""
    found = list(_declaring(folder, name))
    if not found:
        raise FunctionError(
            f"No statement of its own declares {name!r}.",
            where=folder.name,
            remedy="Edit the file that makes it.",
        )
    return found[-1]


def _declaring(folder: Path, name: str) -> Iterator[Statement]:
    for path in sorted(folder.glob("*.py")):
        try:
            text = read_file(folder, path.name)
            body = _parse(text, path.name).body
        except FunctionError:  # it declares nothing until it is mended
            continue
        named = [node for node in body if name in _declares(node)]
        bound = [node for node in body if name in written(node) and not _declares(node)]
        for node in named or bound:
            yield Statement(path.name, text, *_extent(text, node), node)


def _declares(statement: ast.stmt) -> set[str]:
    """Return the names of the labeling functions a statement makes, where it says them."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        calls = [d for d in statement.decorator_list if isinstance(d, ast.Call)]
        return {text for call in calls for text in _texts(call, "name")}
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Call) or not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return set()
    first = value.args[0] if value.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    return {*_texts(value, "name"), *([text] if isinstance(text, str) else [])}


def _texts(call: ast.Call, argument: str) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg == argument and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)


def _extent(text: str, node: ast.stmt) -> tuple[int, int]:
    """Return where a statement starts, decorators included, and ends in the text."""
    lines = LINE.findall(text.removeprefix(MARK))
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])

    def place(line: int, column: int) -> int:
        before = lines[line - 1].encode()[:column].decode()
        return text.startswith(MARK) + sum(map(len, lines[: line - 1])) + len(before)

    start = place(first, node.col_offset)
    return start, place(node.end_lineno or first, node.end_col_offset or 0)


def _place(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _needed(tree: ast.Module) -> set[str]:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return used & set(SHOP_WINDOW)


def _bound(tree: ast.Module) -> set[str]:
    return {name for statement in tree.body for name in written(statement)}


def _with_imports(text: str, tree: ast.Module, names: set[str]) -> str:
    """Add one import line after the file's docstring and imports."""
    if not names:
        return text
    lines = LINE.findall(text)
    last = 0
    for place, statement in enumerate(tree.body):
        docstring = place == 0 and isinstance(statement, ast.Expr)
        if not docstring and not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        last = statement.end_lineno or 0
    if last and not lines[last - 1].endswith(("\r", "\n")):
        lines[last - 1] += "\n"
    lines.insert(last, f"from labeling_functions import {', '.join(sorted(names))}\n")
    return "".join(lines)


def _parse(code: str, where: str) -> ast.Module:
    try:
        return ast.parse(code.removeprefix(MARK))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise FunctionError(
            f"The Python does not compile: {getattr(error, 'msg', error)}.",
            where=f"{where}, line {line}" if line else where,
            remedy="Correct it and try again; nothing was written.",
        ) from error


def _write(path: Path, text: str, before: str) -> Path:
    """Write a file if it compiles; what is new in it gets the line ends that were there before."""
    if "\r\n" in before and "\n" not in before.replace("\r\n", ""):
        text = re.sub(r"\r?\n", "\r\n", text)
    _parse(text, path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(text.encode("utf-8"))
    os.replace(file.name, path)  # noqa: PTH105 - the atomic one, by its name
    return path
