"""Where bills come from."""
