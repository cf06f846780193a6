"""Votes become probable labels: the ways they add up, a file each, and which way gold prefers."""
