"""All settings, from the environment, a `.env` file, and `*_FILE` secrets. Above: everything; below: kit.

Names carry the prefix `DESKHAND_`, nested parts are joined by `__` (`DESKHAND_LLM__PROVIDER`), except where the
ecosystem already has a name (`DATABASE_URL`, `OPENAI_API_KEY`, …). See `.env.example`, which a test holds against
this class.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from deskhand.kit.db import async_url
from deskhand.kit.env_files import (
    FILE,
    SecretFileSource,
    check_env_file,
    check_known_names,
    given_names,
    secret_names,
    split_list,
)
from deskhand.kit.errors import Misconfigured
from deskhand.settings_tools import ToolsSettings, http_address

PREFIX = "DESKHAND_"
DEFAULT_SECRET_KEY = "deskhand-development-secret-key-change-me"  # noqa: S105 - refused in production
MIN_SECRET_CHARS = 32
MEBIBYTE = 1024 * 1024
CHANNEL_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"
_MAY_HOLD_A_PASSWORD = {"DATABASE_URL", "OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT", "OLLAMA_BASE_URL"}


def notification_channels(given: object) -> object:
    """Addresses of notification channels by their names, also from JSON. No message repeats any of it.

    Raises:
        ValueError: when it is no such object, or a name or an address cannot be one.
    """
    example = 'write {"service-desk": "mailto://…"}, addresses as apprise takes them'
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise ValueError(f"it is not JSON: {example}") from None
    if not isinstance(given, dict):
        raise ValueError(f"it is not an object of names and addresses: {example}")  # noqa: TRY004 - pydantic's way
    if not all(re.fullmatch(CHANNEL_PATTERN, str(name)) for name in given):
        raise ValueError(f"a channel's name takes small letters, digits, - and _: {example}")
    if not all(isinstance(address, SecretStr) or _is_address(address) for address in given.values()):
        raise ValueError(f"a channel's address must be text such as service://…: {example}")
    return given


def _is_address(text: object) -> bool:
    return isinstance(text, str) and re.match(r"[a-z0-9+.-]+://", text, re.IGNORECASE) is not None


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"


class AuditWriteMode(StrEnum):
    """Whether a turn's record is chained in the turn's transaction, or written there and chained soon after."""

    SYNC = "sync"
    ASYNC = "async"


class LLMProvider(StrEnum):
    """Who can answer. `openai` stands for every server that speaks its protocol, at `OPENAI_BASE_URL`."""

    OFFLINE = "offline"
    OPENAI = "openai"
    AZURE = "azure"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    OLLAMA = "ollama"


_NEEDED_BY: Mapping[LLMProvider, tuple[str, ...]] = {
    LLMProvider.OFFLINE: (),
    LLMProvider.OPENAI: ("openai_api_key",),
    LLMProvider.AZURE: ("azure_openai_endpoint", "azure_openai_api_key"),
    LLMProvider.ANTHROPIC: ("anthropic_api_key",),
    LLMProvider.GEMINI: ("gemini_api_key",),
    LLMProvider.OLLAMA: ("ollama_base_url",),
}
"""Settings without which a provider cannot be the installation's own."""


class IndexEngine(StrEnum):
    QDRANT_EDGE = "qdrant-edge"
    CHROMA = "chroma"


class LLMSettings(BaseModel):
    """Which model answers where a contract names none, and how long it may take."""

    provider: LLMProvider = LLMProvider.OFFLINE
    model: str = "gpt-4o-mini"
    timeout_seconds: float = Field(30.0, gt=0, le=600)
    max_retries: int = Field(2, ge=0, le=10)


class KnowledgeSettings(BaseModel):
    """How documents are cut, searched and judged."""

    index: IndexEngine = IndexEngine.QDRANT_EDGE
    chunk_words: int = Field(500, ge=50, le=2000)
    chunk_overlap_words: int = Field(50, ge=0, le=500)
    cache_entries: int = Field(2048, ge=0, le=1_000_000)


class RateLimit(BaseModel):
    """How many messages a contact may send in a window."""

    requests: int = Field(100, ge=1)
    window_seconds: int = Field(60, ge=1)


class SignInLimit(BaseModel):
    """How many sign-ins may fail in a window: for one account, and from one address."""

    account_failures: int = Field(10, ge=1)
    client_failures: int = Field(50, ge=1)
    window_seconds: int = Field(300, ge=1)


class VisitorLimit(BaseModel):
    """How many new visitors of the chat page may come from one address in a window."""

    requests: int = Field(600, ge=1)
    window_seconds: int = Field(60, ge=1)


class ModelPrice(BaseModel):
    """What a million tokens of a model cost, in `DESKHAND_CURRENCY`."""

    model_config = ConfigDict(extra="forbid")

    input: Decimal = Field(ge=0, le=1_000_000)
    output: Decimal = Field(ge=0, le=1_000_000)


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
    session_idle_minutes: int = Field(30, ge=1, le=24 * 60)
    trusted_proxies: int = Field(0, ge=0, le=10)
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    default_tenant: str = Field("demo", max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_format: LogFormat = LogFormat.CONSOLE

    database_url: Annotated[str, AfterValidator(async_url)] | None = Field(
        None, validation_alias=AliasChoices("DATABASE_URL")
    )
    openai_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("OPENAI_API_KEY"))
    openai_base_url: Annotated[str, AfterValidator(http_address)] | None = Field(
        None, validation_alias=AliasChoices("OPENAI_BASE_URL")
    )
    azure_openai_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("AZURE_OPENAI_API_KEY"))
    azure_openai_endpoint: Annotated[str, AfterValidator(http_address)] | None = Field(
        None, validation_alias=AliasChoices("AZURE_OPENAI_ENDPOINT")
    )
    anthropic_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("ANTHROPIC_API_KEY"))
    gemini_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("GEMINI_API_KEY"))
    ollama_base_url: Annotated[str, AfterValidator(http_address)] | None = Field(
        None, validation_alias=AliasChoices("OLLAMA_BASE_URL")
    )

    prices: dict[str, ModelPrice] = Field(default_factory=dict)
    currency: str = Field("USD", pattern="^[A-Z]{3}$")

    embedding_model: str = "sentence-transformers/all-MiniLM-L6-v2"
    embedding_threads: int = Field(1, ge=1, le=64)
    llm: LLMSettings = LLMSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    tools: ToolsSettings = ToolsSettings()
    notifications: Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(notification_channels)] = Field(
        default_factory=dict
    )
    rate_limit: RateLimit = RateLimit()
    sign_in_limit: SignInLimit = SignInLimit()
    visitor_limit: VisitorLimit = VisitorLimit()

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
    blob_url: str | None = None
    public_url: Annotated[str, AfterValidator(http_address)] | None = None
    audit_write_mode: AuditWriteMode = AuditWriteMode.SYNC
    audit_blob_bytes: int = Field(65_536, ge=0, le=64 * MEBIBYTE)

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
        """Arguments win over the environment, that over its `*_FILE` secrets, those over `.env` and its own."""
        secrets = [
            SecretFileSource(settings_cls, PREFIX, _names_in(source)) for source in (env_settings, dotenv_settings)
        ]
        return init_settings, env_settings, secrets[0], dotenv_settings, secrets[1]

    @property
    def resolved_database_url(self) -> str:
        """`DATABASE_URL`, or the SQLite file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'deskhand.db'}"

    @property
    def resolved_blob_url(self) -> str:
        """`DESKHAND_BLOB_URL`, or a folder in the data directory."""
        return self.blob_url or (self.data_dir.absolute() / "blobs").as_uri()

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
            raise Misconfigured(
                f"DESKHAND_SECRET_KEY has its default value: set {MIN_SECRET_CHARS} or more random characters."
            )
        if "*" in self.cors_origins:
            raise Misconfigured("DESKHAND_CORS_ORIGINS holds '*': name the origins that may call the API.")

    def refuse_contradictions(self) -> None:
        """Stop a process whose settings do not go together.

        Raises:
            Misconfigured: naming the settings and what to change.
        """
        chars = len(self.secret_key.get_secret_value())
        if chars < MIN_SECRET_CHARS:
            raise Misconfigured(
                f"DESKHAND_SECRET_KEY has {chars} characters: use {MIN_SECRET_CHARS} or more random ones."
            )
        words, overlap = self.knowledge.chunk_words, self.knowledge.chunk_overlap_words
        if overlap >= words:
            raise Misconfigured(
                f"DESKHAND_KNOWLEDGE__CHUNK_OVERLAP_WORDS is {overlap}: it must be less than "
                f"DESKHAND_KNOWLEDGE__CHUNK_WORDS, which is {words}."
            )
        provider = self.llm.provider.value
        for field in _NEEDED_BY[self.llm.provider]:
            if getattr(self, field) is None:
                raise Misconfigured(
                    f"DESKHAND_LLM__PROVIDER is {provider!r} but {field.upper()} is not set: set it "
                    "(any text will do as the key of a local server), or use DESKHAND_LLM__PROVIDER=offline."
                )


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
        from_files = frozenset(name for name in given_names(env_file) if name.endswith(FILE))
        raise Misconfigured(_describe(error, given, from_files)) from None
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = PREFIX + field.group(1).upper() if field else "A setting"
        raise Misconfigured(f"{name} is not valid JSON: set its parts one by one, as {name}__NAME.") from None
    settings.refuse_unsafe_production()
    settings.refuse_contradictions()
    return settings


def _names_in(source: PydanticBaseSettingsSource) -> Mapping[str, str | None]:
    return getattr(source, "env_vars", {})


def _describe(error: ValidationError, given: Mapping[str, object], from_files: frozenset[str]) -> str:
    """One line about the first thing that is wrong. The cause is cut off, since it holds the value."""
    first = error.errors(include_url=False, include_context=False)[0]
    path = [str(part) for part in first["loc"] if not isinstance(part, int)]
    name = "__".join(path).upper() if path[0].isupper() else PREFIX + "__".join(path).upper()
    value = repr(first.get("input"))
    secrets = secret_names(Settings, PREFIX) | _MAY_HOLD_A_PASSWORD
    hidden = name in secrets or f"{name}{FILE}" in from_files or "@" in value
    what = first["msg"].removeprefix("Value error, ")
    where = "Give another value." if path[0] in given else "Correct it in the environment or in .env."
    return f"{name} is {'(hidden)' if hidden else value}: {what[0].lower()}{what[1:]}. {where}"
