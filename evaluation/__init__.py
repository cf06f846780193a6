"""What the model got right and wrong, with intervals, and what to do about it."""
