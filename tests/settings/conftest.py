"""An environment without any of our settings in it."""

import os
from pathlib import Path

import pytest

NAMES = ("DESKHAND_", "DATABASE_URL", "OPENAI_")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Set variables through this one; the working directory has no `.env` in it."""
    for name in [name for name in os.environ if name.upper().startswith(NAMES)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch
