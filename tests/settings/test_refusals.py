"""Settings that are wrong stop the process with one line that names them."""

from pathlib import Path

import pytest

from deskhand.kit.errors import Misconfigured
from deskhand.settings import load_settings

LONG_KEY = "k" * 40


def refusal(environment: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(Misconfigured) as refused:
        load_settings()
    assert "\n" not in refused.value.detail
    return refused.value.detail


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DESKHAND_PORT", "http", "DESKHAND_PORT is 'http': input should be a valid integer"),
        ("DESKHAND_PORT", "65536", "less than or equal to 65535"),
        ("DESKHAND_LLM__MAX_RETRIES", "11", "DESKHAND_LLM__MAX_RETRIES is '11': input should be less than or equal"),
        (
            "DESKHAND_LLM__PROVIDER",
            "clippy",
            "DESKHAND_LLM__PROVIDER is 'clippy': input should be 'offline', 'openai', 'azure'",
        ),
        ("DESKHAND_KNOWLEDGE__INDEX", "paper", "'qdrant-edge' or 'chroma'"),
        ("DESKHAND_ENVIRONMENT", "prod", "'development' or 'production'"),
        ("DESKHAND_LOG_LEVEL", "LOUD", "DEBUG|INFO|WARNING|ERROR"),
        ("DESKHAND_DEFAULT_TENANT", "Not A Slug", "DESKHAND_DEFAULT_TENANT is 'Not A Slug'"),
        ("DESKHAND_TOKEN_HOURS", "0", "greater than or equal to 1"),
        ("DESKHAND_LLM", "{broken", "DESKHAND_LLM is not valid JSON: set its parts one by one"),
        ("DESKHAND_LLM", "[1]", "DESKHAND_LLM is [1]"),
        ("DATABASE_URL", "mysql://h/d", "there is no driver for 'mysql' here; write postgresql+asyncpg://"),
        ("OPENAI_BASE_URL", "localhost:8080", "must start with http:// or https://"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    environment: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    detail = refusal(environment, **{name: value})

    assert detail.startswith(name)
    assert says in detail


def test_a_wrong_argument_is_not_looked_for_in_the_environment() -> None:
    with pytest.raises(Misconfigured) as refused:
        load_settings(port=70000)

    assert refused.value.detail == (
        "DESKHAND_PORT is 70000: input should be less than or equal to 65535. Give another value."
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DESKHAND_PROT", "did you mean DESKHAND_PORT?"),
        ("DESKHAND_LLM_MODEL", "did you mean DESKHAND_LLM__MODEL?"),
        ("DESKHAND_LLM__MODLE_FILE", "did you mean DESKHAND_LLM__MODEL_FILE?"),
        ("DESKHAND_XYZZYXYZZY", "see .env.example"),
    ],
)
@pytest.mark.parametrize("in_env_file", [True, False])
def test_a_misspelt_name_is_refused_with_the_nearest_one(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    meant: str,
    in_env_file: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    if in_env_file:
        (tmp_path / ".env").write_text(f"{name}=1\n")
        detail = refusal(environment)
    else:
        detail = refusal(environment, **{name: "1"})

    assert detail.startswith(f"{name} is not a setting: ")
    assert meant in detail


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"DESKHAND_PORT 9\n", 1),
        (b"DESKHAND_PORT\n", 1),
        (b"# a comment\n\n\nDESKHAND_PORT='9\nDESKHAND_HOST=x\n", 4),
        (b"DESKHAND_HOST=x\n\n=9\n", 3),
    ],
)
def test_an_env_file_that_cannot_be_read_is_named_with_its_line(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes, line: int
) -> None:
    (tmp_path / ".env").write_bytes(content)

    assert refusal(environment) == f"'.env' line {line} cannot be read: write NAME=value."


def test_an_env_file_that_is_not_utf8_is_refused(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DESKHAND_HOST=\xff\n")

    assert refusal(environment).startswith("'.env' cannot be read ('utf-8' codec can't decode")


def test_a_folder_in_place_of_the_env_file_is_refused(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    assert "Is a directory" in refusal(environment)


@pytest.mark.parametrize("there", [True, False])
def test_a_secret_file_that_gives_nothing_is_refused(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    there: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    if there:
        (tmp_path / "key").write_text("\n")

    detail = refusal(environment, OPENAI_API_KEY_FILE=f"{tmp_path}/key")

    reason = "which is empty: write the value into it." if there else "which cannot be read: No such file or directory."
    assert detail == f"OPENAI_API_KEY_FILE is {f'{tmp_path}/key'!r}, {reason}"


def test_a_provider_without_a_key_is_refused(environment: pytest.MonkeyPatch) -> None:
    detail = refusal(environment, DESKHAND_LLM__PROVIDER="openai")

    assert "OPENAI_API_KEY is not set" in detail
    assert "DESKHAND_LLM__PROVIDER=offline" in detail


def test_a_short_secret_key_is_refused(environment: pytest.MonkeyPatch) -> None:
    assert "DESKHAND_SECRET_KEY has 6 characters" in refusal(environment, DESKHAND_SECRET_KEY="secret")


def test_an_overlap_as_long_as_its_chunk_is_refused(environment: pytest.MonkeyPatch) -> None:
    detail = refusal(environment, DESKHAND_KNOWLEDGE__CHUNK_WORDS="60", DESKHAND_KNOWLEDGE__CHUNK_OVERLAP_WORDS="60")

    assert detail == (
        "DESKHAND_KNOWLEDGE__CHUNK_OVERLAP_WORDS is 60: "
        "it must be less than DESKHAND_KNOWLEDGE__CHUNK_WORDS, which is 60."
    )


def test_production_does_not_start_with_the_default_secret_key(environment: pytest.MonkeyPatch) -> None:
    assert "DESKHAND_SECRET_KEY has its default value" in refusal(environment, DESKHAND_ENVIRONMENT="production")


def test_production_does_not_start_with_an_open_cors(environment: pytest.MonkeyPatch) -> None:
    detail = refusal(
        environment,
        DESKHAND_ENVIRONMENT="production",
        DESKHAND_SECRET_KEY=LONG_KEY,
        DESKHAND_CORS_ORIGINS="https://a.example,*",
    )

    assert "DESKHAND_CORS_ORIGINS holds '*'" in detail


def test_production_starts_with_safe_settings(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DESKHAND_ENVIRONMENT", "production")
    environment.setenv("DESKHAND_SECRET_KEY", LONG_KEY)
    environment.setenv("DESKHAND_CORS_ORIGINS", "https://a.example")

    assert load_settings().cors_origins == ("https://a.example",)


def test_development_may_open_its_cors(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DESKHAND_CORS_ORIGINS", "*")

    assert load_settings().cors_origins == ("*",)
