"""The page of 身分證字號, and the agencies that are asked."""
