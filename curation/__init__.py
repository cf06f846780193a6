"""The data: what it is, where it is kept and what is done to it."""
