"""The worker: pumps, thin tasks and the schedule."""
