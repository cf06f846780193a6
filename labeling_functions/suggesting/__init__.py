"""Functions worth writing, proposed from gold, conflicts and what nobody votes on."""
