"""The guidelines reviewers go by: a text file of the project, read and written whole."""

from __future__ import annotations

from uuid import uuid4

from curation.exceptions import ProjectError
from curation.project import Project


def read_guidelines(project: Project) -> str:
    """Return the guidelines; empty where there are none.

    Raises
    ------
    ProjectError
        The file cannot be read as text.
    """
    try:
        return project.guidelines.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(
            f"The guidelines cannot be read: {error}.",
            where=str(project.guidelines),
            remedy="Let the file be readable and saved as UTF-8.",
        ) from error


def write_guidelines(project: Project, text: str) -> None:
    """Write the guidelines in one step.

    Raises
    ------
    ProjectError
        The file cannot be written.
    """
    path = project.guidelines
    temporary = path.with_suffix(f".{uuid4().hex}.tmp")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except (OSError, UnicodeEncodeError) as error:
        temporary.unlink(missing_ok=True)
        raise ProjectError(
            f"The guidelines cannot be kept: {error}.",
            where=str(path),
            remedy="Make room and let the folder be writable, then save again.",
        ) from error
