"""Photos that citizens send, behind domain.ports.photos."""
