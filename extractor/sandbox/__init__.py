"""A local Alation to rehearse against: stateful, on loopback, after the published documents.

It is not Alation. What the documents leave open is decided in `extractor.sandbox.assumptions`, one line each.
"""

from __future__ import annotations
