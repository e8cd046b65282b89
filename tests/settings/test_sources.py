"""Where settings come from, and which source wins."""

from pathlib import Path

import pytest

from deskhand.settings import Environment, IndexEngine, LLMProvider, load_settings


def test_without_anything_set_deskhand_is_offline_embedded_and_for_this_machine_alone() -> None:
    settings = load_settings()

    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.llm.provider is LLMProvider.OFFLINE
    assert settings.knowledge.index is IndexEngine.QDRANT_EDGE
    assert settings.resolved_database_url == f"sqlite+aiosqlite:///{Path.cwd() / 'data' / 'deskhand.db'}"
    assert settings.cors_origins == ()
    assert (settings.rate_limit.requests, settings.rate_limit.window_seconds) == (100, 60)
    assert settings.max_file_bytes == 10 * 1024 * 1024


def test_arguments_win_over_the_environment_that_over_secret_files_those_over_the_env_file(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "port").write_text("3\n")
    (tmp_path / ".env").write_text("DESKHAND_PORT=4\n")
    seen = [load_settings().port]
    environment.setenv("DESKHAND_PORT_FILE", str(tmp_path / "port"))
    seen.append(load_settings().port)
    environment.setenv("DESKHAND_PORT", "2")
    seen.append(load_settings().port)
    seen.append(load_settings(port=1).port)

    assert seen == [4, 3, 2, 1]


def test_an_argument_that_is_none_was_not_given(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DESKHAND_PORT", "2")

    assert load_settings(port=None).port == 2


def test_arguments_win_also_where_the_environment_has_a_name_of_its_own(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://a@b/c")

    assert load_settings(database_url="sqlite://").database_url == "sqlite+aiosqlite://"


def test_nested_settings_are_named_with_two_underscores(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DESKHAND_LLM__MAX_RETRIES=6\nDESKHAND_KNOWLEDGE__CHUNK_WORDS=300\n")
    environment.setenv("DESKHAND_LLM__MODEL", "small")
    environment.setenv("deskhand_rate_limit__requests", "7")

    settings = load_settings()

    assert (settings.llm.model, settings.llm.max_retries, settings.llm.timeout_seconds) == ("small", 6, 30)
    assert (settings.knowledge.chunk_words, settings.rate_limit.requests) == (300, 7)


@pytest.mark.parametrize("name", ["DESKHAND_SECRET_KEY", "OPENAI_API_KEY", "DESKHAND_LLM__MODEL", "DATABASE_URL"])
@pytest.mark.parametrize("in_env_file", [True, False])
def test_any_setting_may_come_from_a_file(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    in_env_file: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    value = "sqlite+aiosqlite:///from-a-file-that-holds-its-value"
    (tmp_path / "value").write_text(f"{value}\r\n")
    if in_env_file:
        (tmp_path / ".env").write_text(f"{name}_FILE={tmp_path}/value\n")
    else:
        environment.setenv(f"{name}_FILE", str(tmp_path / "value"))

    settings = load_settings()

    secrets = [settings.secret_key.get_secret_value()]
    secrets += [settings.openai_api_key.get_secret_value()] if settings.openai_api_key else []
    assert value in [*secrets, settings.llm.model, settings.database_url]


def test_lists_are_written_with_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DESKHAND_CORS_ORIGINS", "https://a.example, https://b.example ,")

    assert load_settings().cors_origins == ("https://a.example", "https://b.example")


def test_an_empty_variable_was_not_set(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=\nDESKHAND_SECRET_KEY=\n")
    environment.setenv("DATABASE_URL", "")

    settings = load_settings()

    assert settings.openai_api_key is None
    assert settings.database_url is None
    assert len(settings.secret_key.get_secret_value()) >= 32


def test_an_env_file_may_hold_comments_quotes_and_names_of_others(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\n\nexport DESKHAND_PORT=9  # the port\nDESKHAND_LLM__MODEL='a b'\nSOMEBODY_ELSE=1\n"
    )

    settings = load_settings()

    assert (settings.port, settings.llm.model) == (9, "a b")


def test_the_models_folder_is_below_the_home_directory(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOME", "/home/somebody")

    assert load_settings().resolved_models_dir == Path("/home/somebody/.cache/deskhand/models")
