"""Many orders, everything going wrong around them: what the test of all books is made of."""
