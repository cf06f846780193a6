"""The commands of `tunesmith`, by station of the ring; `studio.cli` puts them together."""
