"""Faults planted one at a time in a healthy project, to see whether the right cause is named."""
