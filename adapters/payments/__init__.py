"""Who takes money."""
