"""The same vote on a Ray cluster: chunks of rows go to its machines, votes and faults come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from curation.child import ROOT
from curation.corpus import Corpus, Ids
from curation.exceptions import FunctionError
from curation.types import FunctionInfo, JsonObject, Votes
from labeling_functions.isolation.voter import Voter, no_votes

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

CHUNKS_A_CORE = 4
"""Chunks for each core of the cluster, so that a slow machine does not hold the others up."""
SMALLEST = 2048
"""Rows of a chunk, where there are so many: fewer are asked in less time than they travel."""
_voters: dict[str, Voter] = {}
"""What a task leaves for the next one in the same process: a warm voter."""


class RayVoter(Voter):
    """As `Voter`, but Python functions vote on a Ray cluster.

    Files are described on this machine. Each task runs the same limited children there, so a
    function that does its worst harms only itself, and the votes are the same.

    Parameters
    ----------
    address : str
        The cluster's, such as "ray://head:10001" or "auto"; without one Ray is started on this
        machine, unless the program has done so.
    cores : int, optional
        What a Ray started here may use; all of them when absent.
    **limits
        As for `Voter`.

    Raises
    ------
    FunctionError
        Ray is not installed, or the cluster does not answer.
    """

    def __init__(self, address: str = "", *, cores: int | None = None, **limits: Any) -> None:  # noqa: ANN401 - as Voter has them
        super().__init__(**limits)
        self._address, self._cores, self._limits_there = address, cores, limits
        self._ray = _ray()
        self._is_ours = False

    def close(self) -> None:
        """Leave the cluster, and end the processes here."""
        super().close()
        if self._is_ours:
            self._ray.shutdown()
            self._is_ours = False

    def poll(
        self,
        folder: Path,
        labels: Sequence[str],
        corpus: Corpus,
        functions: Sequence[FunctionInfo],
        take: Callable[[JsonObject], object],
    ) -> Votes:
        """Return votes as they were cast, shape (m, n), and hand the events to `take`."""
        self._connect()
        job = {
            "labels": list(labels),
            "functions": [function.model_dump(mode="json") for function in functions],
            "limits": {**self._limits_there, "children": 1},
        }
        files = self._ray.put(content_of(folder))
        task = self._ray.remote(num_cpus=1, max_retries=2)(vote_there)
        votes = no_votes(labels, len(functions), len(corpus))
        waiting = {
            task.remote(job, files, self._ray.put(rows)): start
            for start, rows in _chunks(corpus, self._size(len(corpus)))
        }
        for start, (cast, events) in self._finished(waiting):
            votes[:, start : start + cast.shape[1]] = cast
            for event in events:
                if event["event"] != "finished":
                    take(_moved(event, start))
        for function in functions:
            take({"event": "finished", "function": function.name})
        return votes

    def _connect(self) -> None:
        if self._ray.is_initialized():
            return
        local: JsonObject = {"num_cpus": self._cores, "include_dashboard": False}
        try:
            self._ray.init(
                address=self._address or "local",
                runtime_env={"py_modules": _packages()},
                log_to_driver=False,
                **({} if self._address else local),
            )
        except (ConnectionError, ImportError, ValueError, RuntimeError, TimeoutError) as error:
            raise FunctionError(
                "The Ray cluster does not answer.",
                where=self._address or "this machine",
                remedy=f'Start it, or set engine = "local". Ray says: {error}',
            ) from error
        self._is_ours = True

    def _size(self, rows: int) -> int:
        cores = int(self._ray.cluster_resources().get("CPU", 1))
        return max(SMALLEST, -(-rows // (CHUNKS_A_CORE * cores)))

    def _finished(self, waiting: dict[Any, int]) -> Iterator[tuple[int, Any]]:
        try:
            while waiting:
                (done,), _ = self._ray.wait(list(waiting), num_returns=1)
                yield waiting.pop(done), self._ray.get(done)
        except self._ray.exceptions.RayError as error:
            raise FunctionError(
                "A task on the Ray cluster failed.",
                where=self._address or "this machine",
                remedy=f"Ray says: {str(error).strip().splitlines()[-1]}",
            ) from error
        finally:
            for task in waiting:  # nobody waits for these any more
                self._ray.cancel(task)


def vote_there(job: JsonObject, files: Mapping[str, bytes], rows: pa.Table) -> Any:  # noqa: ANN401 - votes and events
    """Let functions vote on a chunk: this runs in a task on a machine of the cluster.

    Returns
    -------
    int array, shape (m, r), and list of events
        The events' rows are counted from the chunk's first.
    """
    import polars as pl

    frame = pl.DataFrame(pl.from_arrow(rows))
    corpus = Corpus(Ids(frame["id"]), frame["text"], frame["metadata"])
    functions = [FunctionInfo(**function) for function in job["functions"]]
    events: list[JsonObject] = []
    voter = _voters.setdefault(repr(job["limits"]), Voter(**job["limits"]))
    with TemporaryDirectory(prefix="tunesmith-functions-") as folder:
        unpack(files, Path(folder))
        votes = voter.poll(Path(folder), job["labels"], corpus, functions, events.append)
    return votes, events


def content_of(folder: Path) -> dict[str, bytes]:
    """Return a functions folder as data: every file by its relative name."""
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*")))
    shown = (p for p in paths if not any(part.startswith((".", "__pyc")) for part in p.parts))
    return {p.as_posix(): (folder / p).read_bytes() for p in shown if (folder / p).is_file()}


def unpack(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _chunks(corpus: Corpus, size: int) -> Iterator[tuple[int, pa.Table]]:
    import polars as pl

    columns = {"id": corpus.ids.column, "text": corpus.texts, "metadata": corpus.metadata}
    frame = pl.DataFrame(columns)
    for start in range(0, len(frame), size):
        yield start, frame[start : start + size].to_arrow(compat_level=pl.CompatLevel.oldest())


def _moved(event: JsonObject, start: int) -> JsonObject:
    """Return an event with its rows counted from the corpus' first."""
    if event["event"] == "faults":
        return {**event, "rows": [row + start for row in event["rows"]]}
    row = event.get("row")
    return event if row is None else {**event, "row": row + start}


def _packages() -> list[str]:
    """Return the packages a task imports, for machines that have not installed Tunesmith."""
    return [str(ROOT / "labeling_functions"), str(ROOT / "curation")]


def _ray() -> Any:  # noqa: ANN401 - the module, where it is installed
    try:
        import ray
    except ImportError as error:
        raise FunctionError(
            "Voting on a cluster needs Ray, which is not installed.",
            remedy="pip install 'tunesmith[ray]', or set engine = \"local\".",
        ) from error
    return ray
