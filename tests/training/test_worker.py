from __future__ import annotations

from pathlib import Path

import pytest

from curation.types import RunStatus
from training.runs import create_run, read_state
from training.worker import work

# peft 0.21 still asks transformers 5 by the old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")


@pytest.mark.parametrize("recipe", ["lora", "prompt_tuning", "prefix_tuning", "full"])
def test_every_recipe_trains(recipe, make_spec, dataset: Path, tmp_path: Path) -> None:
    run = create_run(tmp_path / "runs", make_spec(recipe))
    assert work(run, dataset) is RunStatus.FINISHED, (run / "status.jsonl").read_text()
    print(
        (run / "status.jsonl").read_text(),
        (run / "metrics.jsonl").read_text(),
        sorted(p.name for p in run.rglob("*")),
    )
    print(read_state(run))
