"""What the worker's child does with user code: describe a folder, or vote on rows."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curation.exceptions import FunctionError, TunesmithError
from curation.types import ABSTAIN, Fault, FunctionInfo, JsonObject
from labeling_functions.function import LabelingFunction, label_index, vote_of
from labeling_functions.loading import UserFile, files_in
from labeling_functions.rows import row_of

OURS = f"{Path(__file__).parent}/"
Send = Callable[[JsonObject], None]
At = Callable[[int], None]


@dataclass(frozen=True)
class Declared:
    """A function as a file declares it, ready to be called."""

    info: FunctionInfo
    function: LabelingFunction


def describe(job: JsonObject, send: Send, at: At) -> None:  # noqa: ARG001 - both jobs are called alike
    """Send the catalog of a folder: `folder`, `labels`, and `skip`, files known to be deadly."""
    folder, labels = Path(job["folder"]), tuple(job["labels"])
    found: dict[str, Declared] = {}
    faults: list[Fault] = []
    for path in files_in(folder):
        if path.name in job["skip"]:
            continue
        loaded = load(path, labels, send, job["seconds_to_load"])
        if isinstance(loaded, Fault):
            faults.append(loaded)
            continue
        for declared in loaded:
            fault = _refused(declared, labels, found)
            if fault:
                faults.append(fault)
            else:
                found[declared.info.name] = declared
    send(
        {
            "event": "catalog",
            "functions": [declared.info.model_dump() for declared in found.values()],
            "faults": [fault.model_dump() for fault in faults],
        }
    )


def load(path: Path, labels: tuple[str, ...], send: Send, seconds: float) -> list[Declared] | Fault:
    """Run a file and return what it declares, or why it does not load."""
    send({"event": "step", "file": path.name, "seconds": seconds})
    try:
        file = UserFile(path)
        return [Declared(file.info(v, f, labels), f) for v, f in file.functions()]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - user code raises what it likes
        file_name, line = user_place(error, path.parent)
        where = f"{file_name}, line {line}" if file_name else path.name
        return Fault(
            function=path.name,
            example_id=None,
            error=f"{where}: {in_one_line(error)}",
            traceback=user_traceback(error, path.parent),
            line=line,
        )


def _refused(
    declared: Declared, labels: tuple[str, ...], found: dict[str, Declared]
) -> Fault | None:
    info = declared.info
    if info.name in found:
        first = found[info.name].info
        error = (
            f"{info.file}, line {info.line}: {info.name} is declared twice; only the one in "
            f"{first.file}, line {first.line} votes. Give this one another name."
        )
        return Fault(function=info.name, example_id=None, error=error, line=info.line)
    if declared.function.label is None:
        return None
    try:
        label_index(declared.function.label, labels)
    except FunctionError as unknown:
        error = f"{info.file}, line {info.line}: {unknown}"
        return Fault(function=info.name, example_id=None, error=error, line=info.line)
    return None


def vote(job: JsonObject, send: Send, at: At) -> None:
    """Send the votes of `functions` (name, fingerprint, file) on `rows` (text, metadata)."""
    folder, labels = Path(job["folder"]), tuple(job["labels"])
    for name in sorted({wanted["file"] for wanted in job["functions"]}):
        wanted = [function for function in job["functions"] if function["file"] == name]
        loaded = load(folder / name, labels, send, job["seconds_to_load"])
        for function in wanted:
            current = _current(function, loaded)
            if isinstance(current, str):
                send({"event": "died", "function": function["name"], "row": None, "error": current})
            else:
                _vote(current, job, labels, send, at)


def _current(wanted: JsonObject, loaded: list[Declared] | Fault) -> LabelingFunction | str:
    """Return the function, or why the one asked for cannot vote."""
    if isinstance(loaded, Fault):
        return loaded.error
    for declared in loaded:
        if declared.info.name == wanted["name"]:
            if declared.info.fingerprint == wanted["fingerprint"]:
                return declared.function
            return "It was edited after it was described. Describe the folder again."
    return f"It is no longer in {wanted['file']}. Describe the folder again."


def _vote(
    function: LabelingFunction, job: JsonObject, labels: tuple[str, ...], send: Send, at: At
) -> None:
    send({"event": "step", "function": function.name, "seconds": job["seconds"]})
    votes, faults, known = [], [], set[str]()
    for place, (text, metadata) in enumerate(job["rows"]):
        at(place)
        try:
            votes.append(vote_of(function(row_of(text, metadata)), labels))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - user code raises what it likes
            votes.append(ABSTAIN)
            faults.append(_fault(place, error, Path(job["folder"]), known))
    send({"event": "votes", "function": function.name, "votes": votes, "faults": faults})


def _fault(place: int, error: BaseException, folder: Path, known: set[str]) -> JsonObject:
    # The same traceback on every row is sent once: 100,000 of them would fill the pipe.
    trace = user_traceback(error, folder)
    fault = {
        "row": place,
        "error": in_one_line(error),
        "traceback": "" if trace in known else trace,
        "line": user_place(error, folder)[1],
    }
    known.add(trace)
    return fault


def in_one_line(error: BaseException) -> str:
    """Return an error's type and message on one line; our own errors speak for themselves."""
    message = (
        str(error) if isinstance(error, TunesmithError) else f"{type(error).__name__}: {error}"
    )
    return " ".join(message.removesuffix(": ").split())


def user_place(error: BaseException, folder: Path) -> tuple[str, int | None]:
    """Return the last file and line of the user's own that the error passed through."""
    places = [
        (frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno or 0))
    own = [(name, line) for name, line in places if name.startswith(f"{folder}/")]
    return (own[-1][0].removeprefix(f"{folder}/"), own[-1][1]) if own else ("", None)


def user_traceback(error: BaseException, folder: Path) -> str:
    """Return the traceback from the user's first frame on, without Tunesmith's own frames."""
    report = traceback.TracebackException.from_exception(error)
    cause: traceback.TracebackException | None = report
    while cause:
        cause.stack[:] = [frame for frame in cause.stack if not frame.filename.startswith(OURS)]
        cause = cause.__cause__ or cause.__context__
    own = [frame.filename.startswith(f"{folder}/") for frame in report.stack]
    del report.stack[: own.index(True) if True in own else len(own)]
    return "".join(report.format()).replace(f"{folder}/", "")


JOBS: dict[str, Callable[[JsonObject, Send, At], None]] = {"describe": describe, "vote": vote}
