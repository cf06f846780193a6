"""The verbs of the loop, one file a station of the ring; `studio.loop` has them on one page."""
