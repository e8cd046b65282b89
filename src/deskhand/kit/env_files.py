"""Reading settings from files, strictly: a broken `.env` or a misspelt name is an error, never silence.

Used by `settings.py`; knows nothing of what the settings mean. No message holds a value: it may be a secret.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream
from pydantic import BaseModel, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from deskhand.kit.errors import Misconfigured

FILE = "_FILE"


def check_env_file(path: Path | None) -> Path | None:
    """The path when the file exists and every line of it can be read; None when there is no file.

    Raises:
        Misconfigured: naming the line that cannot be read.
    """
    try:
        if path is None or not path.exists():
            return None
        with path.open(encoding="utf-8") as stream:
            broken = next((binding for binding in parse_stream(stream) if _is_broken(binding)), None)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{str(path)!r} cannot be read ({error}): mend or remove it.") from error
    if broken is not None:
        raise Misconfigured(f"{str(path)!r} line {_line_of(broken)} cannot be read: write NAME=value.")
    return path


def _is_broken(binding: Binding) -> bool:
    return binding.error or (binding.key is not None and binding.value is None)


def _line_of(binding: Binding) -> int:
    """The parser counts from the end of the binding before, so that empty lines belong to this one."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(blank.splitlines())


def check_known_names(settings_class: type[BaseSettings], prefix: str, env_file: Path | None) -> None:
    """Refuse names with our prefix that no setting has, with the nearest name that exists.

    Raises:
        Misconfigured: naming the variable and the nearest setting.
    """
    known = set(setting_names(settings_class, prefix))
    known |= {f"{name}{FILE}" for name in _leaves(settings_class, prefix)}
    for name in sorted(given_names(env_file)):
        if name.startswith(prefix) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see .env.example for the settings there are."
            raise Misconfigured(f"{name} is not a setting: {hint}")


def setting_names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """The environment name of every setting and of every group of them, nested ones joined by `__`."""
    for name, field in model.model_fields.items():
        if (group := _group(field)) is not None:
            yield f"{prefix}{name.upper()}"
            yield from setting_names(group, f"{prefix}{name.upper()}__")
        else:
            yield _env_name(name, field, prefix)


def secret_names(model: type[BaseModel], prefix: str) -> frozenset[str]:
    """The environment names of the settings that are declared as secrets."""
    return frozenset(name for name, (_, field) in _leaves(model, prefix).items() if "Secret" in str(field.annotation))


def _leaves(
    model: type[BaseModel], prefix: str, above: tuple[str, ...] = ()
) -> dict[str, tuple[tuple[str, ...], FieldInfo]]:
    """Every setting by its environment name: the keys under which pydantic wants its value, and its field."""
    found: dict[str, tuple[tuple[str, ...], FieldInfo]] = {}
    for name, field in model.model_fields.items():
        if (group := _group(field)) is not None:
            found |= _leaves(group, f"{prefix}{name.upper()}__", (*above, name))
        else:
            env_name = _env_name(name, field, prefix)
            found[env_name] = ((*above, name if field.validation_alias is None else env_name), field)
    return found


def _group(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _env_name(name: str, field: FieldInfo, prefix: str) -> str:
    if field.validation_alias is None:
        return f"{prefix}{name.upper()}"
    choices = getattr(field.validation_alias, "choices", [field.validation_alias])
    return str(choices[0])


def given_names(env_file: Path | None) -> set[str]:
    """The names in the environment and in `.env`, in capitals."""
    names = {name.upper() for name in os.environ}
    if env_file is not None:
        with env_file.open(encoding="utf-8") as stream:
            names |= {binding.key.upper() for binding in parse_stream(stream) if binding.key}
    return names


def split_list(*fields: str) -> Any:
    """A validator that reads `a, b,c` as a list, as people write lists in environments."""

    def split(value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    return field_validator(*fields, mode="before")(split)


class SecretFileSource(PydanticBaseSettingsSource):
    """`NAME_FILE=/run/secrets/x` gives `NAME` the contents of that file, for every setting."""

    def __init__(self, settings_class: type[BaseSettings], prefix: str, given: Mapping[str, str | None]) -> None:
        """`given` holds the names and values of the environment, or of `.env`."""
        super().__init__(settings_class)
        self._leaves = _leaves(settings_class, prefix)
        self._given = {name.upper(): value for name, value in given.items()}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: `__call__` reads all of them."""
        raise NotImplementedError(field_name, field)

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, (keys, _) in self._leaves.items():
            if path := self._given.get(f"{name}{FILE}"):
                group = found
                for key in keys[:-1]:
                    group = group.setdefault(key, {})
                group[keys[-1]] = _read_secret(name, path)
        return found


def _read_secret(name: str, path: str) -> str:
    # Somebody may have put the secret itself where its file belongs: only what is plainly a path is shown.
    shown = repr(path) if path.startswith(("/", "./", "../", "~")) else "(hidden)"
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a path, or its file is not UTF-8 text"
        raise Misconfigured(f"{name}{FILE} is {shown}, which cannot be read: {reason}.") from None
    if not text:
        raise Misconfigured(f"{name}{FILE} is {shown}, which is empty: write the value into it.")
    return text
