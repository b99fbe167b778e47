"""Agencies that are told of write-offs."""
