"""HTTP edges: LINE, pay pages, the console."""
