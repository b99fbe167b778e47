"""Deadlines for a citizen's own calendar."""
