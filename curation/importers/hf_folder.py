"""Import a folder that Hugging Face `datasets` wrote with `save_to_disk`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curation.exceptions import ImportFailedError
from curation.importers.rows import RawRow, Row

BATCH = 1000


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:  # noqa: ARG001 - all alike
    """Yield the rows of a saved `Dataset`, or of every split of a saved `DatasetDict`.

    The split's name becomes the field `split`, class numbers become class names, and rows are
    numbered from 1 through all splits. `encoding` is not used.

    Raises
    ------
    ImportFailedError
        When the folder is not one that `save_to_disk` wrote, or holds no rows.
    """
    number = 0
    for split, dataset in _load(path).items():
        names = _class_names(dataset)
        extra = {"split": split} if split else {}
        for batch in dataset.with_format("arrow").iter(BATCH):
            for fields in batch.to_pylist():
                number += 1
                yield RawRow(number, extra | _named(fields, names))
    if not number:
        raise ImportFailedError("There are no rows in the folder.", where=path.name)


def _load(path: Path) -> Mapping[str, Any]:
    from datasets import Dataset, load_from_disk
    from pyarrow import ArrowException

    try:
        loaded = load_from_disk(str(path))
    except (OSError, ValueError, KeyError, ArrowException) as error:
        what = f"The folder is not one that datasets.save_to_disk wrote: {error}"
        raise ImportFailedError(what, where=str(path)) from error
    return {"": loaded} if isinstance(loaded, Dataset) else loaded


def _class_names(dataset: Any) -> dict[str, list[str]]:  # noqa: ANN401 - datasets.Dataset
    from datasets import ClassLabel

    features = dataset.features.items()
    return {name: kind.names for name, kind in features if isinstance(kind, ClassLabel)}


def _named(fields: dict[str, Any], names: dict[str, list[str]]) -> dict[str, Any]:
    """Replace class numbers by names; -1 is how `datasets` writes an unknown class."""
    for column, known in names.items():
        number = fields[column]
        fields[column] = known[number] if number is not None and number >= 0 else None
    return fields
