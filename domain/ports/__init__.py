"""Protocols of the outside world: what services need, what adapters give."""
