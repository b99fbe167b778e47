"""Payment providers: their rules by vector, and one contract suite over all of them."""
