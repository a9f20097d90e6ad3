"""Sessions: statements in time order, temporary tables resolved away, DDL that teaches the schema."""

from extractor.sessions.apply import Sessions

__all__ = ["Sessions"]
