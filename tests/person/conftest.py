"""The whole house, for the page behind a one-time link."""

from tests.downloads.conftest import app, client, house

__all__ = ["app", "client", "house"]
