"""What all tests share.

Being here makes the modules beside it importable from every test: ``from sandbox_server import sandbox``.
"""

from __future__ import annotations

from hypothesis import settings

# No test measures time: a busy machine must not turn a right answer into a failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
