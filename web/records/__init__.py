"""The page behind a link to files of one's payments."""
