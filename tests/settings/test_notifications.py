"""Notification channels in the settings: addresses by name, from JSON or a file, and never shown."""

from pathlib import Path

import pytest

from deskhand.kit.errors import Misconfigured
from deskhand.settings import load_settings

ADDRESS = "mailtos://user:hunter2@example.com"


def test_channels_come_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_NOTIFICATIONS", f'{{"service-desk": "{ADDRESS}", "on_call": "jsons://h/x"}}')
    settings = load_settings(env_file=None)
    assert settings.notifications["service-desk"].get_secret_value() == ADDRESS
    assert set(settings.notifications) == {"service-desk", "on_call"}
    assert "hunter2" not in repr(settings)


def test_channels_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "channels.json").write_text(f'{{"desk": "{ADDRESS}"}}\n')
    monkeypatch.setenv("DESKHAND_NOTIFICATIONS_FILE", str(tmp_path / "channels.json"))
    assert load_settings(env_file=None).notifications["desk"].get_secret_value() == ADDRESS


def test_there_are_none_unless_they_are_set() -> None:
    assert load_settings(env_file=None).notifications == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("hunter2", "not JSON"),
        ('["hunter2"]', "not an object"),
        ('{"Desk hunter2": "json://x"}', "name takes small letters"),
        ('{"desk": "hunter2"}', "address must be text"),
        ('{"desk": ["json://hunter2"]}', "address must be text"),
    ],
)
def test_what_is_no_channel_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    monkeypatch.setenv("DESKHAND_NOTIFICATIONS", given)
    with pytest.raises(Misconfigured, match=said) as refused:
        load_settings(env_file=None)
    assert "hunter2" not in refused.value.detail
    assert "DESKHAND_NOTIFICATIONS" in refused.value.detail
