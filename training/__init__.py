"""The engine room: reads a dataset folder and a spec, writes a run folder."""

import os

# Torch's threads otherwise spin while they wait for each other. Measured on two cores: beside other
# work 36 tokens a second when they spin against 350 when they sleep; on a quiet machine 438 against
# 358. A workbench is never quiet: the app and a browser run beside it. Read once, by torch.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
