"""The parts of the Review page, a file a part; each draws itself with `render`."""
