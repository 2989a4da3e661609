"""Settings are read from MEETKIT_… variables and documented in one table."""

from __future__ import annotations

import pytest

from meetkit import settings
from meetkit.errors import InvalidRequestError


def test_are_read_from_the_environment() -> None:
    assert settings.load({"MEETKIT_MODEL": "mock", "MODEL": "other"}).model == "mock"
    assert settings.load({}) == settings.load({"MEETKIT_MODEL": ""}) == settings.Settings()


def test_an_invalid_value_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequestError, match="MEETKIT_… variables: model: must be one line"):
        settings.load({"MEETKIT_MODEL": "a\nb"})


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("MEETKIT_DATABSE_URL", "MEETKIT_DATABSE_URL is not a setting; did you mean MEETKIT_DATABASE_URL?"),
        ("MEETKIT_SMTP", "MEETKIT_SMTP is not a setting; did you mean MEETKIT_SMTP_URL?"),
        ("MEETKIT_", "MEETKIT_ is not a setting"),
        ("MEETKIT_XQZ_7", "MEETKIT_XQZ_7 is not a setting"),
    ],
)
def test_an_unknown_variable_is_named_with_the_nearest(name: str, line: str) -> None:
    assert settings.unknown_variables({name: "x", "MEETKIT_MODEL": "mock", "OTHER": "y"}) == [line]


def test_the_table_has_each_setting() -> None:
    for name, field in settings.Settings.model_fields.items():
        assert f"`MEETKIT_{name.upper()}`" in settings.table()
        assert field.description
