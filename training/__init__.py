"""The engine room: reads a dataset folder and a spec, writes a run folder."""
