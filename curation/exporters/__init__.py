"""Exporters: each writes the rows of a frozen dataset to a file of one format.

An exporter is `export(rows, out) -> int`: it writes the whole file or leaves none, and returns how
many rows are in it.
"""

from __future__ import annotations

from curation.registry import Registry

EXPORTERS = Registry(
    "exporter",
    {
        "chat": "curation.exporters.chat:export",
        "prompt_completion": "curation.exporters.prompt_completion:export",
        "alpaca": "curation.exporters.alpaca:export",
        "sharegpt": "curation.exporters.sharegpt:export",
        "csv": "curation.exporters.csv:export",
    },
)
