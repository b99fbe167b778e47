"""Settings, database, Redis, queue, logging: the machine room. Knows domain only."""
