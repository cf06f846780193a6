"""Scripts that measure Tunesmith: each prints a table, then one line of flat JSON."""
