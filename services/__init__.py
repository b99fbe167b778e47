"""What the city does: each service works inside the unit of work that the edge opened."""
