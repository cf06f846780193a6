"""Reviewing in Label Studio: send cards there, bring answers back, take back what is settled."""

from __future__ import annotations

from curation.review.label_pull import Pulled, pull
from curation.review.label_push import push, suggest
from curation.review.label_state import PushState, forget
from curation.review.label_withdraw import Withdrawn, withdraw

__all__ = ["Pulled", "PushState", "Withdrawn", "forget", "pull", "push", "suggest", "withdraw"]
