"""The one MetaData that every table of the state belongs to."""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
