"""/p and /r: pay links and receipts."""
