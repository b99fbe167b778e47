"""Public files of draws under /draws/, and a page where one checks one's own entry."""
