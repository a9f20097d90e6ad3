"""When the token ends: a refresh token lives some 60 days, and somebody has to make the next one in time."""

from __future__ import annotations

from datetime import UTC, datetime

from extractor.alation import AlationClient, TokenInfo
from extractor.errors import AlationError

WARNING_DAYS = 14.0


def token_warnings(client: AlationClient) -> list[str]:
    """One line when the token ends within `WARNING_DAYS`; a token that does not work is told by the next call."""
    try:
        warning = warning_of(client.check_token())
    except AlationError:
        return []
    return [warning] if warning else []


def warning_of(token: TokenInfo) -> str:
    """What to say of a token that ends soon; empty for any other."""
    days = token.days_left(datetime.now(UTC))
    if days is None or days >= WARNING_DAYS:
        return ""
    return f"Alation: the refresh token ends in {days:.1f} days: make a new one in time"
