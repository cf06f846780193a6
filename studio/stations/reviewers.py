"""Who speaks: the name a decision is signed with where nobody logged in."""

from __future__ import annotations

import getpass


def whoami() -> str:
    """Return the name decisions are signed with."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, in some containers
        return "local"
