"""One file per card: pure functions from a view model to Flex JSON."""
