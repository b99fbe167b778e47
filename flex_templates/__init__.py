"""One file per card: pure functions from a view model to a Card, and one renderer that shows any Card to any reader."""
