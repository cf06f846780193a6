"""The child process that trains: `python -m training.worker RUN --dataset DATASET`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from curation.exceptions import TunesmithError
from curation.types import RunStatus
from training.locks import hold
from training.runs import LOCK, Report, append_event, read_spec
from training.stop import StopRequest


def work(run_folder: Path, dataset_folder: Path) -> RunStatus:
    """Train a run from here to its end, and say so in its folder.

    Whatever happens is an event in `status.jsonl`; a process that dies without one leaves a free
    lock, which is how its run is known to be interrupted.
    """
    stop = StopRequest(run_folder)
    stop.listen()
    give_up = iter(range(50))
    with hold(run_folder / LOCK, lambda: next(give_up, None) is None) as alone:
        if not alone:
            logging.error("Another worker holds %s.", run_folder)
            return RunStatus.FAILED

        def report(event: str, **fields: object) -> None:
            append_event(run_folder, event, pid=os.getpid(), **fields)

        report("start")
        status, reason = _attempt(run_folder, dataset_folder, stop, report)
        report("end", status=status, reason=reason)
    return status


def _attempt(
    run_folder: Path, dataset_folder: Path, stop: StopRequest, report: Report
) -> tuple[RunStatus, str]:
    try:
        return _queue_and_train(run_folder, dataset_folder, stop, report), ""
    except TunesmithError as error:
        logging.exception("The run failed.")
        return RunStatus.FAILED, str(error)
    except Exception as error:  # whatever it is, the run must end with a reason
        logging.exception("The run failed.")
        return RunStatus.FAILED, f"{type(error).__name__}: {error}"


def _queue_and_train(
    run_folder: Path, dataset_folder: Path, stop: StopRequest, report: Report
) -> RunStatus:
    spec = read_spec(run_folder)
    report("stage", stage="waiting")
    with hold(run_folder.parent / device_lock(), lambda: bool(stop)) as ours:
        if not ours:
            return RunStatus.CANCELLED
        from training.finetune import finetune

        return finetune(run_folder, dataset_folder, spec, stop, report)


def device_lock() -> str:
    """Return the lock file of the device this process trains on, and keep it to that one device."""
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")
    import torch

    device = os.environ["CUDA_VISIBLE_DEVICES"].replace(",", "-")
    return f"gpu{device}.lock" if torch.cuda.is_available() else "cpu.lock"


def main() -> None:
    """Run the worker on the command line's folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--dataset", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    status = work(arguments.run, arguments.dataset)
    sys.exit(status is RunStatus.FAILED)


if __name__ == "__main__":
    main()
