"""Monthly figures are those of the books."""
