"""Every metric, against its reference values, where there is no network at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKED = (
    "test_metrics.py", "test_reference_values.py", "test_extraction.py", "test_calibration.py",
    "test_lexicon.py", "test_dialogue.py",
)  # fmt: skip


def alone(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a network namespace of its own, in which there is nothing."""
    return subprocess.run(
        ["unshare", "--map-root-user", "--net", *command],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_catalogue_is_computed_with_the_network_namespace_off() -> None:
    if shutil.which("unshare") is None or alone("true").returncode != 0:
        pytest.skip("this machine does not let us take the network away: unshare -rn")
    devices = alone("cat", "/proc/net/dev").stdout
    assert [line.split(":")[0].strip() for line in devices.splitlines()[2:]] == ["lo"]
    files = [str(Path(__file__).parent / name) for name in CHECKED]
    options = ("-p", "no:cacheprovider", "-p", "no:xdist")
    told = alone(sys.executable, "-m", "pytest", *options, *files)
    assert told.returncode == 0, told.stdout[-5000:]
