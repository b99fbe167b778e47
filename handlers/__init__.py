"""One file per conversation; the folder is discovered."""
