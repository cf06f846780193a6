"""Load a user's files and say what they declare: what a child of the warm process does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from curation.exceptions import FunctionError
from curation.types import Fault, FunctionInfo, JsonObject
from labeling_functions.function import LabelingFunction, label_index
from labeling_functions.isolation.confinement import Wire
from labeling_functions.isolation.faults import in_one_line, user_place, user_traceback
from labeling_functions.isolation.loading import UserFile
from labeling_functions.isolation.running import Missing


@dataclass(frozen=True)
class Declared:
    """A function as a file declares it, ready to be called."""

    info: FunctionInfo
    function: LabelingFunction


@dataclass(frozen=True)
class Loaded:
    """A file that was run.

    Attributes
    ----------
    functions : list of Declared
    needs : list of str
        The files its functions depend on, as far as their source names them.
    faults : list of Fault
        Libraries that are not there.
    """

    functions: list[Declared]
    needs: list[str]
    faults: list[Fault]


def describe(job: JsonObject, wire: Wire) -> None:
    """Say of every file asked for what it declares, and which files that depends on."""
    folder, labels = Path(job["folder"]), tuple(job["labels"])
    for order in wire.orders():
        loaded = load(folder / order["file"], labels)
        wire.send({"event": "described", "file": order["file"], **_described(loaded, labels)})


def _described(loaded: Loaded | Fault, labels: tuple[str, ...]) -> JsonObject:
    if isinstance(loaded, Fault):
        return {"functions": [], "faults": [loaded.model_dump()], "needs": []}
    refused = {d.info.name: fault for d in loaded.functions if (fault := _refused(d, labels))}
    functions = [d.info.model_dump() for d in loaded.functions if d.info.name not in refused]
    return {
        "functions": functions,
        "faults": [fault.model_dump() for fault in (*loaded.faults, *refused.values())],
        "needs": loaded.needs,
    }


def load(path: Path, labels: tuple[str, ...]) -> Loaded | Fault:
    """Run a file and return what it declares, or why it does not load."""
    try:
        file = UserFile(path)
        functions = [Declared(file.info(v, f, labels), f) for v, f in file.functions()]
        needs = sorted(map(str, {path, *file.dependencies.files()}))
        return Loaded(functions, needs, [_lacking(path, missing) for missing in file.missing])
    except BaseException as error:  # noqa: BLE001 - user code raises what it likes
        return _fault(path, error)


def _lacking(path: Path, missing: Missing) -> Fault:
    lost = f"; without it there is no {', '.join(missing.lost)}" if missing.lost else ""
    fault = _fault(path, missing.error)
    remedy = "Install it beside Tunesmith, or take away what needs it."
    return fault.model_copy(update={"error": f"{fault.error}{lost}. {remedy}"})


def _fault(path: Path, error: BaseException) -> Fault:
    file_name, line = user_place(error, path.parent)
    where = f"{file_name}, line {line}" if file_name else path.name
    return Fault(
        function=path.name,
        example_id=None,
        error=f"{where}: {in_one_line(error)}",
        traceback=user_traceback(error, path.parent),
        line=line,
    )


def _refused(declared: Declared, labels: tuple[str, ...]) -> Fault | None:
    info = declared.info
    if declared.function.label is None:
        return None
    try:
        label_index(declared.function.label, labels)
    except FunctionError as unknown:
        error = f"{info.file}, line {info.line}: {unknown}"
        return Fault(function=info.name, example_id=None, error=error, line=info.line)
    return None
