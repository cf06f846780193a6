"""Reviewing in Label Studio: send cards there, bring answers back, take back what is settled."""

from __future__ import annotations

from curation.review.label_studio.pull import Pulled, pull
from curation.review.label_studio.push import push, suggest
from curation.review.label_studio.state import PushState, forget
from curation.review.label_studio.withdraw import Withdrawn, withdraw

__all__ = ["Pulled", "PushState", "Withdrawn", "forget", "pull", "push", "suggest", "withdraw"]
