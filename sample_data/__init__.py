"""Small, readable data to try everything on, written for this project."""
