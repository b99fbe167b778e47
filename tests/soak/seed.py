"""The seed of a run: printed, and given again by PARKLINE_SEED. Small runs have one of their own, so they repeat."""

import os
import secrets

SMALL = 20261121


def seed(*, full: bool) -> int:
    """The number everything random starts from."""
    given = os.environ.get("PARKLINE_SEED")
    chosen = int(given) if given else secrets.randbits(31) if full else SMALL
    print(f"PARKLINE_SEED={chosen}")  # noqa: T201 - shown with a failure, and by make soak
    return chosen
