"""LINE's monthly quota."""
