"""Turn a choice made by clicks into Python in the user's own file."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path
from tempfile import NamedTemporaryFile
from unicodedata import normalize

from curation.exceptions import FunctionError
from labeling_functions import __all__ as SHOP_WINDOW  # noqa: N812 - a constant here
from labeling_functions.fingerprints import written


def render_keywords(name: str, label: str, words: Sequence[str]) -> str:
    r"""Return the line that declares a keywords function.

    Examples
    --------
    >>> render_keywords("asks hours", "store_hours", ["open", "close"])
    'asks_hours = keywords("asks_hours", "store_hours", ["open", "close"])\n'
    """
    listed = ", ".join(map(_text, words))
    return f"{identifier(name)} = keywords({_text(identifier(name))}, {_text(label)}, [{listed}])\n"


def render_pattern(name: str, label: str, regex: str) -> str:
    r"""Return the line that declares a pattern function.

    Examples
    --------
    >>> print(render_pattern("order_number", "order_status", r"#\d{6}"), end="")
    order_number = pattern("order_number", "order_status", r"#\d{6}")
    """
    plain = regex.isprintable() and '"' not in regex and not regex.endswith("\\")
    literal = f'r"{regex}"' if plain else repr(regex)
    return f"{identifier(name)} = pattern({_text(identifier(name))}, {_text(label)}, {literal})\n"


def render_python(name: str, label: str, hint: str = "") -> str:
    """Return a function to start from, with what it is for as a comment.

    Examples
    --------
    >>> print(render_python("shouts", "complaint", "Angry people shout."), end="")
    @labeling_function
    def shouts(x):
        # Angry people shout.
        if "a word" in x.text.lower():
            return "complaint"
        return ABSTAIN
    """
    lines = ("".join(filter(str.isprintable, line)) for line in hint.splitlines())
    comment = "".join(f"    # {line}\n" for line in lines)
    return (
        f"@labeling_function\ndef {identifier(name)}(x):\n{comment}"
        f'    if "a word" in x.text.lower():\n        return {_text(label)}\n    return ABSTAIN\n'
    )


def identifier(name: str) -> str:
    """Return a name Python accepts that reads like `name`.

    Examples
    --------
    >>> identifier("2 for 1?"), identifier("class")
    ('_2_for_1', 'class_')
    """
    # Python reads identifiers in this normal form, so the name and the variable stay one.
    plain = normalize("NFKC", name)
    word = "".join(sign if f"_{sign}".isidentifier() else " " for sign in plain)
    word = "_".join(word.split()).strip("_") or "function"
    word = word if word.isidentifier() else f"_{word}"
    return f"{word}_" if iskeyword(word) else word


def write_function(folder: Path, code: str, filename: str = "functions.py") -> Path:
    """Append a function to the user's file, with the imports it needs, and return the file.

    Raises
    ------
    FunctionError
        The code or the file does not compile, the file has a function of that name already, or
        `filename` is not a plain `.py` name.
    """
    path = folder / filename
    if Path(filename).name != filename or not filename.endswith(".py"):
        raise FunctionError(f"{filename!r} is no file name.", remedy="Name it like functions.py.")
    before = read_file(folder, filename) if path.exists() else ""
    there, new = _parse(before, filename), _parse(code, "the new function")
    clash = _bound(there) & _bound(new)
    if clash:
        raise FunctionError(
            f"{', '.join(sorted(clash))} is declared already.",
            where=filename,
            remedy="Choose another name, or edit the function that is there.",
        )
    text = _with_imports(before, there, _needed(new) - _bound(there) - _bound(new))
    after = f"{text.rstrip()}\n\n\n{code.strip()}\n".lstrip()
    _parse(after, filename)
    _replace(path, after)
    return path


def read_file(folder: Path, filename: str) -> str:
    """Return the text of a functions file, to be edited and written back.

    Raises
    ------
    FunctionError
        It is gone, or is not UTF-8, which is what we write.
    """
    try:
        return (folder / filename).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FunctionError(
            f"The file cannot be read: {error}.",
            where=filename,
            remedy="Save it as UTF-8 in a text editor; here it can only be run as it is.",
        ) from error


def replace_file(folder: Path, filename: str, code: str) -> Path:
    """Write a whole functions file anew, if it compiles; else the old one stays as it is."""
    if Path(filename).name != filename or not filename.endswith(".py"):
        raise FunctionError(f"{filename!r} is no file name.", remedy="Name it like functions.py.")
    _parse(code, filename)
    _replace(folder / filename, code)
    return folder / filename


def _needed(tree: ast.Module) -> set[str]:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return used & set(SHOP_WINDOW)


def _bound(tree: ast.Module) -> set[str]:
    return {name for statement in tree.body for name in written(statement)}


def _with_imports(text: str, tree: ast.Module, names: set[str]) -> str:
    """Add one import line after the file's docstring and imports."""
    if not names:
        return text
    lines = text.split("\n")  # as Python counts lines; splitlines knows more of them
    last = 0
    for place, statement in enumerate(tree.body):
        docstring = place == 0 and isinstance(statement, ast.Expr)
        if not docstring and not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        last = statement.end_lineno or 0
    lines.insert(last, f"from labeling_functions import {', '.join(sorted(names))}")
    return "\n".join(lines)


def _parse(code: str, where: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise FunctionError(
            f"The Python does not compile: {getattr(error, 'msg', error)}.",
            where=f"{where}, line {line}" if line else where,
            remedy="Correct it and try again; nothing was written.",
        ) from error


def _text(text: str) -> str:
    # JSON's string is Python's too, with the double quotes formatters use.
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".", delete=False
    ) as file:
        file.write(text)
    os.replace(file.name, path)  # noqa: PTH105 - the atomic one, by its name
