"""Fixtures run in real engines: what their catalogs say beside what we derive."""
