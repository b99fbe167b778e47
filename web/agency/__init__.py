"""/agency/v1: the API of agencies."""
