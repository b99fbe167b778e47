"""The page behind a download link: a citizen's own data as PDF and as JSON."""
