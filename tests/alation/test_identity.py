"""As whom we come: a user with a refresh token, or an OAuth client; the secrets are where secrets are."""

from __future__ import annotations

import pytest

from extractor.config import CLIENT_SECRET_VARIABLE, AlationSettings, load_config, refresh_token
from extractor.errors import ConfigError


@pytest.mark.parametrize("fields", ["", ", user_id = 1, client_id = 'x'"])
def test_alation_is_entered_as_a_user_or_as_a_client(tmp_path, fields):
    """Neither or both is refused, in words that name the two."""
    path = tmp_path / "lineage.toml"
    path.write_text(
        f'alation = {{ url = "https://catalog.example.com"{fields} }}\n'
        'source = [{ paths = ["logs"], dialect = "redshift", data_source_id = 12 }]\n'
    )
    with pytest.raises(ConfigError, match=r"either user_id .* or client_id"):
        load_config(path)


def test_the_client_secret_is_found_where_secrets_are(tmp_path, monkeypatch):
    """In its variable, or in the file that another variable names; else the message says where to put it."""
    settings = AlationSettings.model_validate({"url": "https://x.example", "client_id": "etl"})
    monkeypatch.delenv(CLIENT_SECRET_VARIABLE, raising=False)
    with pytest.raises(ConfigError, match=f"no client secret: set {CLIENT_SECRET_VARIABLE}"):
        refresh_token(settings)
    (tmp_path / "secret").write_text("from-file\n")
    monkeypatch.setenv(f"{CLIENT_SECRET_VARIABLE}_FILE", str(tmp_path / "secret"))
    assert refresh_token(settings).get_secret_value() == "from-file"
    monkeypatch.setenv(CLIENT_SECRET_VARIABLE, "from-variable")
    assert refresh_token(settings).get_secret_value() == "from-variable"
