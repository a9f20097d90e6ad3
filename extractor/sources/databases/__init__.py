"""History read straight from a database: its tables are drained to a file, which is then read like an export.

The parts that need SQLAlchemy are imported by those who drain.
"""

from extractor.sources.databases.queries import HistoryQuery, query_of, ready_queries, text_of

__all__ = ["HistoryQuery", "query_of", "ready_queries", "text_of"]
