"""What functions folders declare, read again only where a file has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from curation.types import Fault, FunctionInfo, JsonObject

MOST_FOLDERS = 8
"""Folders remembered; functions on trial are described in folders of their own."""


@dataclass(frozen=True)
class Catalog:
    """What a functions folder declares.

    Attributes
    ----------
    functions : tuple of FunctionInfo
        In file order, names unique.
    faults : tuple of Fault
        Files that do not load, duplicate names and unknown labels; `example_id` is None.
    """

    functions: tuple[FunctionInfo, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Described:
    """What one file declares.

    Attributes
    ----------
    content : dict of Path to str
        Hashes of the file and of what it depends on, as they were read.
    """

    functions: tuple[FunctionInfo, ...]
    faults: tuple[Fault, ...]
    content: Mapping[Path, str] = field(default_factory=dict)

    @property
    def is_current(self) -> bool:
        """Whether reading the file again would say the same.

        What did not load is read again: a library may have been installed meanwhile.
        """
        return bool(self.content) and self.content == hashes(self.content)


def hashes(files: Iterable[Path]) -> dict[Path, str]:
    """Return the hash of every file's content, empty where it cannot be read."""
    return {file: _hash(file) for file in files}


def _hash(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


class Shelf:
    """Descriptions of the files of some folders, by the labels they were described for."""

    def __init__(self) -> None:
        self._folders: dict[tuple[Path, tuple[str, ...]], dict[str, Described]] = {}

    def known(self, folder: Path, labels: Sequence[str]) -> dict[str, Described]:
        """Return what is known of a folder's files and still true."""
        kept = self._folders.get((folder, tuple(labels)), {})
        return {name: described for name, described in kept.items() if described.is_current}

    def keep(self, folder: Path, labels: Sequence[str], files: dict[str, Described]) -> None:
        """Remember what a folder's files declare."""
        self._folders.pop((folder, tuple(labels)), None)
        self._folders[folder, tuple(labels)] = files
        while len(self._folders) > MOST_FOLDERS:
            del self._folders[next(iter(self._folders))]


def described(event: JsonObject, before: Mapping[Path, str]) -> Described:
    """Return what the worker said of a file.

    `before` are the hashes of all the folder's Python files, taken before it was read: a file
    saved while it was being read is read again next time.
    """
    if event["event"] == "died":
        where = f"{event['file']}, line {event['line']}" if event["line"] else event["file"]
        error = f"{where}: {event['error']}"
        told = {"traceback": event["traceback"], "line": event["line"]}
        return Described((), (Fault(function=event["file"], example_id=None, error=error, **told),))
    functions = tuple(FunctionInfo(**function) for function in event["functions"])
    faults = tuple(Fault(**fault) for fault in event["faults"])
    needs = [Path(file) for file in event["needs"]]
    content = {file: before.get(file) or _hash(file) for file in needs}
    return Described(functions, faults, {} if faults else content)


def catalog(files: Iterable[Described]) -> Catalog:
    """Put files together; of functions of one name the first votes and the others are faults."""
    functions: dict[str, FunctionInfo] = {}
    faults: list[Fault] = []
    for file in files:
        faults += file.faults
        for function in file.functions:
            first = functions.setdefault(function.name, function)
            if first is not function:
                faults.append(_twice(function, first))
    return Catalog(tuple(functions.values()), tuple(faults))


def _twice(again: FunctionInfo, first: FunctionInfo) -> Fault:
    error = (
        f"{again.file}, line {again.line}: {again.name} is declared twice; only the one in "
        f"{first.file}, line {first.line} votes. Give this one another name."
    )
    return Fault(function=again.name, example_id=None, error=error, line=again.line)
