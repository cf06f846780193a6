"""Every error Tunesmith raises on purpose, in one tree.

TunesmithError
├── ProjectError            the folder is not a project, or its settings do not read
├── UnknownNameError        a name no registry knows, answered with the near ones
├── FilterError             a filter that does not read, or names what is not there
├── ImportFailedError       rows of a file that could not be read; nothing was imported
├── FunctionError           a labeling function file that does not load, or a voter that died
├── AggregationError        votes that cannot be added up
├── SpanError               an answer that names no spans of its text
├── TemplateError           an example that cannot be rendered
├── DatasetError            a dataset that cannot be frozen or read
│   └── LeakageError        training rows that overlap the held-out splits
├── RunError                a run that cannot be started, read or resumed
├── ModelError              a model that cannot be found or loaded
├── EvaluationError         predictions that cannot be scored
├── ReviewBackendError      Label Studio unreachable, refusing, or in an unexpected state
└── MonitoringError         a request log or a deployment that makes no sense

Each says what is wrong, where, and what to do. Only `studio` catches and shows them.
"""

from __future__ import annotations


class TunesmithError(Exception):
    """Something a user can do something about.

    Parameters
    ----------
    what : str
        What is wrong, as a sentence.
    where : str
        The file, line, row or address it is about.
    remedy : str
        What to do next.

    Examples
    --------
    >>> str(DatasetError("No training rows.", where="v0002", remedy="Lower the threshold."))
    'No training rows. [v0002] Lower the threshold.'
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        place = f"[{where}]" if where else ""
        super().__init__(" ".join(part for part in (what, place, remedy) if part))


class ProjectError(TunesmithError):
    """The folder is not a project, or its settings do not read."""


class UnknownNameError(TunesmithError):
    """A name no registry knows."""


class ImportFailedError(TunesmithError):
    """Rows of a file that could not be read; nothing was imported.

    Attributes
    ----------
    rejected : tuple of (line, reason)
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        rejected: tuple[tuple[int, str], ...] = (),
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.rejected = rejected


class FilterError(TunesmithError):
    """A filter that does not read, or names what is not there."""


class FunctionError(TunesmithError):
    """A labeling function file that does not load, or a voter that died."""


class AggregationError(TunesmithError):
    """Votes that cannot be added up."""


class SpanError(TunesmithError):
    """An answer that names no spans of its text."""


class TemplateError(TunesmithError):
    """An example that cannot be rendered as a conversation."""


class DatasetError(TunesmithError):
    """A dataset that cannot be frozen or read."""


class LeakageError(DatasetError):
    """Training rows that overlap the held-out splits."""


class RunError(TunesmithError):
    """A run that cannot be started, read or resumed."""


class ModelError(TunesmithError):
    """A model that cannot be found or loaded."""


class EvaluationError(TunesmithError):
    """Predictions that cannot be scored."""


class ReviewBackendError(TunesmithError):
    """Label Studio is unreachable, refuses, or is in an unexpected state."""


class MonitoringError(TunesmithError):
    """A request log or a deployment that makes no sense."""
