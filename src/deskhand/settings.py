"""All settings, from the environment, a `.env` file, and `*_FILE` secrets. Everything above reads these; it reads only kit.

Names carry the prefix `DESKHAND_`, nested parts are joined by `__` (`DESKHAND_LLM__PROVIDER`), except where the
ecosystem already has a name (`DATABASE_URL`, `OPENAI_API_KEY`, …). See `.env.example`, which a test holds against
this class.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from deskhand.kit.env_files import SecretFileSource, check_env_file, check_known_names, split_list
from deskhand.kit.errors import Misconfigured

PREFIX = "DESKHAND_"
DEFAULT_SECRET_KEY = "deskhand-development-secret-key-change-me"  # noqa: S105 - refused in production
MEBIBYTE = 1024 * 1024


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"


class LLMProvider(StrEnum):
    OFFLINE = "offline"
    OPENAI = "openai"


class IndexEngine(StrEnum):
    QDRANT_EDGE = "qdrant-edge"
    CHROMA = "chroma"


class LLMSettings(BaseModel):
    """Which model answers, and how long it may take."""

    provider: LLMProvider = LLMProvider.OFFLINE
    model: str = "gpt-4o-mini"
    timeout_seconds: float = Field(30.0, gt=0, le=600)
    max_tokens: int = Field(500, ge=50, le=4000)
    temperature: float = Field(0.3, ge=0, le=2)
    max_retries: int = Field(2, ge=0, le=10)


class KnowledgeSettings(BaseModel):
    """How documents are cut, searched and judged."""

    index: IndexEngine = IndexEngine.QDRANT_EDGE
    chunk_words: int = Field(500, ge=50, le=2000)
    chunk_overlap_words: int = Field(50, ge=0, le=500)
    k: int = Field(5, ge=1, le=20)
    cache_entries: int = Field(2048, ge=0, le=1_000_000)


class RateLimit(BaseModel):
    """How many messages a contact may send in a window."""

    requests: int = Field(100, ge=1)
    window_seconds: int = Field(60, ge=1)


class Settings(BaseSettings):
    """The whole configuration of one process. Immutable; build it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    data_dir: Path = Path("data")
    models_dir: Path = Path("~/.cache/deskhand/models")
    web_dir: Path | None = None
    secret_key: SecretStr = SecretStr(DEFAULT_SECRET_KEY)
    token_hours: int = Field(24, ge=1, le=24 * 30)
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    default_tenant: str = Field("demo", min_length=1)
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_format: LogFormat = LogFormat.CONSOLE

    database_url: str | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    openai_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("OPENAI_API_KEY"))
    openai_base_url: str | None = Field(None, validation_alias=AliasChoices("OPENAI_BASE_URL"))

    embedding_model: str = "sentence-transformers/all-MiniLM-L6-v2"
    embedding_threads: int = Field(1, ge=1, le=64)
    llm: LLMSettings = LLMSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    rate_limit: RateLimit = RateLimit()

    max_message_chars: int = Field(16_000, ge=1, le=200_000)
    max_file_bytes: int = Field(10 * MEBIBYTE, ge=1)
    max_request_bytes: int = Field(12 * MEBIBYTE, ge=1)
    allowed_file_types: Annotated[tuple[str, ...], NoDecode] = (
        ".pdf",
        ".docx",
        ".xlsx",
        ".pptx",
        ".txt",
        ".md",
        ".mdx",
        ".csv",
        ".json",
        ".html",
        ".htm",
        ".jpg",
        ".jpeg",
        ".png",
    )
    conversion_timeout_seconds: float = Field(60.0, gt=0)
    conversion_memory_bytes: int = Field(2048 * MEBIBYTE, ge=256 * MEBIBYTE)

    _split_lists = split_list("cors_origins", "allowed_file_types")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by *_FILE names
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, that over `*_FILE` secrets, those over `.env`."""
        return init_settings, env_settings, SecretFileSource(settings_cls, PREFIX), dotenv_settings

    @property
    def resolved_database_url(self) -> str:
        """`DATABASE_URL`, or the SQLite file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'deskhand.db'}"

    @property
    def resolved_models_dir(self) -> Path:
        return self.models_dir.expanduser()

    def refuse_unsafe_production(self) -> None:
        """Stop a production process whose settings would leave it open.

        Raises:
            Misconfigured: naming the setting and what to put there.
        """
        if self.environment is not Environment.PRODUCTION:
            return
        if self.secret_key.get_secret_value() == DEFAULT_SECRET_KEY:
            raise Misconfigured("DESKHAND_SECRET_KEY has its default value: set 32 or more random characters.")
        if "*" in self.cors_origins:
            raise Misconfigured("DESKHAND_CORS_ORIGINS holds '*': name the origins that may call the API.")


def load_settings(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read and check the settings; `overrides` (by field name) win over everything.

    Raises:
        Misconfigured: naming the file and line, or the variable, its value and what is allowed.
    """
    env_file = check_env_file(env_file)
    check_known_names(Settings, PREFIX, env_file)
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(_env_file=env_file, **given)
    except ValidationError as error:
        raise Misconfigured(_describe(error)) from error
    settings.refuse_unsafe_production()
    if settings.llm.provider is LLMProvider.OPENAI and settings.openai_api_key is None:
        raise Misconfigured(
            "DESKHAND_LLM__PROVIDER is 'openai' but OPENAI_API_KEY is not set: set the key "
            "(any text for a local server at OPENAI_BASE_URL), or use DESKHAND_LLM__PROVIDER=offline."
        )
    return settings


def _describe(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    path = "__".join(str(part) for part in first["loc"]).upper()
    name = path if path in {"DATABASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"} else PREFIX + path
    secret = any(word in path for word in ("KEY", "SECRET", "TOKEN", "PASSWORD"))
    value = "(hidden)" if secret else repr(first.get("input"))
    return f"{name} is {value}: {first['msg'][0].lower()}{first['msg'][1:]}. Correct it in the environment or in .env."
