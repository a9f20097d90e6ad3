"""What the tool knows and owns, in SQLite or PostgreSQL through SQLAlchemy Core."""
