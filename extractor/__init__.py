"""Table and column lineage from query logs and SQL scripts, kept up to date in Alation."""
