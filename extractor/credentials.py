"""Secrets: from a variable, from a file that a variable names, or from the keyring; never from a configuration."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr

from extractor.errors import ConfigError

SERVICE = "alation-lineage"


def find_secret(variable: str, account: str = "") -> SecretStr | None:
    """The secret of a variable, else of the file that ``<variable>_FILE`` names, else the keyring's for an account.

    Raises:
        ConfigError: the file that is named cannot be read or is empty; the message holds no secret.
    """
    if value := os.environ.get(variable, "").strip():
        return SecretStr(value)
    if named := os.environ.get(f"{variable}_FILE", "").strip():
        return SecretStr(_read(Path(named), variable))
    stored = _from_keyring(account) if account else None
    return SecretStr(stored) if stored else None


def _read(path: Path, variable: str) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{variable}_FILE names a file that cannot be read: {error}") from None
    if not value:
        raise ConfigError(f"{variable}_FILE names a file that is empty: {path}")
    return value


def _from_keyring(account: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415 - an optional extra
        from keyring.errors import KeyringError  # noqa: PLC0415 - as above
    except ImportError:
        return None
    try:
        value: str | None = keyring.get_password(SERVICE, account)
    except KeyringError:
        return None
    return value
