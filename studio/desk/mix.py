"""How the next cards are chosen: the shares, what each gave, how right the labels are by now."""
from __future__ import annotations
from curation.project import Project
from curation.types import Split
def render(project: Project, split: Split) -> None: ...
