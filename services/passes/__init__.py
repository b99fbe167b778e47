"""Monthly passes (月票): lots, rounds, entries, and what happens to a place after the draw."""
