"""Asking people: what to ask next, and the doors through which answers come."""
