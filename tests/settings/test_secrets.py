"""Whatever is wrong, no message repeats a secret."""

import os
import string
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.kit.errors import Misconfigured
from deskhand.settings import load_settings

# Long enough that none of it stands in a message by chance.
SECRETS = st.text(string.ascii_letters + string.digits, min_size=12, max_size=40).map(lambda text: f"sk-{text}")
BROKEN = {"DESKHAND_PORT": "http", "DESKHAND_LLM__PROVIDER": "clippy", "DESKHAND_LLM": "{", "DESKHAND_NOPE": "1"}


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[Path]:
    with TemporaryDirectory() as folder, patch.dict(os.environ, variables):
        yield Path(folder)


def everything_said(env_file: Path) -> str:
    """The message with all that a traceback would show of its causes; empty when the settings are fine."""
    try:
        load_settings(env_file=env_file)
    except Misconfigured as refused:
        return refused.detail + "".join(traceback.format_exception(refused))
    return ""


@given(secret=SECRETS, name=st.sampled_from(sorted(BROKEN)))
@settings(max_examples=25, deadline=None)
def test_secrets_beside_a_wrong_value_are_not_told(secret: str, name: str) -> None:
    variables = {
        "DESKHAND_SECRET_KEY": secret,
        "OPENAI_API_KEY": secret,
        "DATABASE_URL": f"postgresql://user:{secret}@host/db",
        name: BROKEN[name],
    }
    with environment(variables) as folder:
        said = everything_said(folder / ".env")

    assert said
    assert secret not in said


@given(
    secret=SECRETS, form=st.sampled_from(["mysql://u:{}@h/d", "postgres://u:{}@h:x/d", "{}", "mysql://h?password={}"])
)
@settings(max_examples=25, deadline=None)
def test_the_password_in_a_wrong_database_address_is_not_told(secret: str, form: str) -> None:
    with environment({"DATABASE_URL": form.format(secret)}) as folder:
        said = everything_said(folder / ".env")

    assert "DATABASE_URL is (hidden)" in said
    assert secret not in said


@given(secret=SECRETS, name=st.sampled_from(["OPENAI_BASE_URL", "DESKHAND_LOG_LEVEL", "DESKHAND_PORT"]))
@settings(max_examples=25, deadline=None)
def test_credentials_in_a_wrong_address_are_not_told(secret: str, name: str) -> None:
    with environment({name: f"ftp://user:{secret}@host"}) as folder:
        said = everything_said(folder / ".env")

    assert f"{name} is (hidden)" in said
    assert secret not in said


LINES = [
    "{}",
    "OPENAI_API_KEY {}",
    "OPENAI_API_KEY='{}",
    'OPENAI_API_KEY="{}\nDESKHAND_PORT=1',
    "={}",
    "DESKHAND_PORT\n{}",
]


@given(secret=SECRETS, line=st.sampled_from(LINES), before=st.sampled_from(["", "\n\n", "# x\nA=1\n"]))
@settings(max_examples=40, deadline=None)
def test_a_broken_line_of_an_env_file_is_not_told(secret: str, line: str, before: str) -> None:
    with environment({}) as folder:
        (folder / ".env").write_text(before + line.format(secret) + "\n")
        said = everything_said(folder / ".env")

    assert "cannot be read" in said
    assert secret not in said


@given(secret=SECRETS, in_env_file=st.booleans())
@settings(max_examples=15, deadline=None)
def test_a_secret_put_where_its_file_belongs_is_not_told(secret: str, in_env_file: bool) -> None:  # noqa: FBT001
    variables = {} if in_env_file else {"OPENAI_API_KEY_FILE": secret}
    with environment(variables) as folder:
        if in_env_file:
            (folder / ".env").write_text(f"OPENAI_API_KEY_FILE={secret}\n")
        said = everything_said(folder / ".env")

    assert "OPENAI_API_KEY_FILE is (hidden), which cannot be read" in said
    assert secret not in said


@given(secret=SECRETS)
@settings(max_examples=10, deadline=None)
def test_what_a_file_holds_is_not_told_where_it_does_not_fit(secret: str) -> None:
    with environment({}) as folder:
        (folder / "value").write_text(secret)
        with patch.dict(os.environ, {"DESKHAND_PORT_FILE": str(folder / "value")}):
            said = everything_said(folder / ".env")

    assert "DESKHAND_PORT is (hidden)" in said
    assert secret not in said


def test_settings_do_not_show_their_secrets_when_printed() -> None:
    secret = "sk-" + "x" * 40
    with environment({"OPENAI_API_KEY": secret, "DESKHAND_SECRET_KEY": secret}) as folder:
        assert secret not in repr(load_settings(env_file=folder / ".env"))
