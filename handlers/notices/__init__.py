"""One file per notice: what the system says first."""
