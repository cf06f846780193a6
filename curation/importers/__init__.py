"""Importers: each turns a file of one format into rows.

An importer is `read(path, encoding=None) -> Iterator[RawRow | BadRow]`. It never holds a large
file in memory (`json` and `wrench` excepted), never drops a row silently, and raises
`ImportFailedError` where the file as a whole makes no sense.
"""

from __future__ import annotations

from curation.registry import Registry

IMPORTERS = Registry(
    "importer",
    {
        "csv": "curation.importers.csv:read",
        "tsv": "curation.importers.tsv:read",
        "jsonl": "curation.importers.jsonl:read",
        "json": "curation.importers.json:read",
        "parquet": "curation.importers.parquet:read",
        "chat": "curation.importers.chat:read",
        "hf_folder": "curation.importers.hf_folder:read",
        "wrench": "curation.importers.wrench:read",
    },
)

from curation.importers.peek import Preview, guess_importer, preview  # noqa: E402 - needs IMPORTERS

__all__ = ["IMPORTERS", "Preview", "guess_importer", "preview"]
