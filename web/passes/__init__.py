"""Pages of monthly passes."""
