"""Write a file wholly or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO, cast

from curation.exceptions import DatasetError
from curation.types import JsonObject


@contextmanager
def replacing(out: Path) -> Iterator[TextIO]:
    """Open a temporary file that takes the place of `out` once everything is written.

    Raises
    ------
    DatasetError
        When the file cannot be written; what was there before stays.
    """
    file = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=out.parent, prefix=f".{out.name}.", delete=False
        ) as file:
            yield cast(TextIO, file)
            file.flush()
            os.fsync(file.fileno())
        _share(Path(file.name))
        Path(file.name).replace(out)
    except (OSError, UnicodeEncodeError) as error:
        raise DatasetError(f"The file cannot be written: {error}.", where=str(out)) from error
    finally:
        if file is not None:
            Path(file.name).unlink(missing_ok=True)


def write_jsonl(records: Iterable[JsonObject], out: Path) -> int:
    """Write one object a line and return how many."""
    count = 0
    with replacing(out) as file:
        for count, record in enumerate(records, start=1):  # noqa: B007 - returned below
            file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
    return count


def _share(path: Path) -> None:
    """Give a temporary file, which only its owner may read, the rights of an ordinary one."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
