"""POST /callback: LINE's webhook."""
