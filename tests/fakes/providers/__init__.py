"""Strict stateful payment providers on 127.0.0.1: the real protocols, refusing what the real ones refuse."""
