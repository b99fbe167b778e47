"""SQLAlchemy tables, one aggregate per file."""
