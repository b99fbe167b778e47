"""The page that takes the bank account of a refund."""
