"""One file per metric: each an `evaluate.Metric` that works offline, imported when asked for."""

from __future__ import annotations

from curation.registry import Registry
from evaluation.metrics.catalog import CATALOG

METRICS = Registry("metric", {info.name: info.target for info in CATALOG.values()})
"""Metric name to class; `METRICS["accuracy"]().scores(sheet)`. The first import takes seconds."""
