"""Bills by 身分證字號 and birthday, on a page behind a one-time link."""
