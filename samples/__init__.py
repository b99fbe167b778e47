"""Every card with made-up content: shown in the console's gallery, and held to LINE's limits by the tests.

Only wiring/ and the tests use it; nothing here reaches a citizen.
"""
