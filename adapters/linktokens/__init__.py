"""LINE's tokens for linking an account."""
