"""Where a draw's randomness comes from: drand, checked by its key."""
