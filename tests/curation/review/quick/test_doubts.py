from __future__ import annotations

import numpy as np

from curation.review.quick.doubts import doubts


def test_labels_that_the_model_is_sure_against_are_doubted_the_worst_first() -> None:
    given = np.repeat([0, 1, 3], 20)  # nobody gave label 2
    sure = np.full((60, 4), 0.02, dtype=np.float32)
    sure[np.arange(60), given] = 0.94
    sure[5], sure[30] = (0.02, 0.96, 0.01, 0.01), (0.01, 0.01, 0.01, 0.97)
    found = doubts(given, sure)
    assert [row for row, _ in found] == [30, 5]
    assert found[0][1] <= found[1][1] < 0.1


def test_nothing_is_doubted_where_there_is_nothing_to_compare() -> None:
    assert doubts(np.zeros(5, dtype=np.int64), np.ones((5, 2), dtype=np.float32)) == []
    assert doubts(np.empty(0, dtype=np.int64), np.empty((0, 2), dtype=np.float32)) == []
