"""Reading settings from files, strictly: a broken `.env` or a misspelt name is an error, never silence.

Used by `settings.py`; knows nothing of what the settings mean.
"""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic import BaseModel, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from deskhand.kit.errors import Misconfigured


def check_env_file(path: Path | None) -> Path | None:
    """The path when the file exists and every line of it can be read; None when there is no file.

    Raises:
        Misconfigured: naming the line that cannot be read.
    """
    if path is None or not path.exists():
        return None
    try:
        with path.open(encoding="utf-8") as stream:
            broken = next((binding for binding in parse_stream(stream) if binding.error), None)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{str(path)!r} cannot be read ({error}): mend or remove it.") from error
    if broken is not None:
        line = broken.original.string.strip().splitlines()[0].partition("=")[0]
        raise Misconfigured(
            f"{str(path)!r} line {broken.original.line} cannot be read (it starts {line!r}): write NAME=value."
        )
    return path


def check_known_names(settings_class: type[BaseSettings], prefix: str, env_file: Path | None) -> None:
    """Refuse names with our prefix that no setting has, with the nearest name that exists.

    Raises:
        Misconfigured: naming the variable and the nearest setting.
    """
    known = set(setting_names(settings_class, prefix))
    known |= {f"{name}_FILE" for name in known}
    for name in sorted(_given_names(env_file)):
        if name.startswith(prefix) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see .env.example for the settings there are."
            raise Misconfigured(f"{name} is not a setting: {hint}")


def setting_names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """The environment name of every setting, nested ones joined by `__`."""
    for name, field in model.model_fields.items():
        if field.validation_alias is not None:
            yield from _aliases(field)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield f"{prefix}{name.upper()}"
            yield from setting_names(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


def _aliases(field: FieldInfo) -> list[str]:
    choices = getattr(field.validation_alias, "choices", [field.validation_alias])
    return [str(choice) for choice in choices]


def _given_names(env_file: Path | None) -> set[str]:
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

    def __init__(self, settings_class: type[BaseSettings], prefix: str) -> None:
        super().__init__(settings_class)
        self._prefix = prefix

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret's text without its final newline, or None."""
        names = _aliases(field) if field.validation_alias else [f"{self._prefix}{field_name.upper()}"]
        for name in names:
            path = os.environ.get(f"{name}_FILE")
            if path:
                return self._read(name, Path(path)), field_name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found

    @staticmethod
    def _read(name: str, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{name}_FILE is {str(path)!r}, which cannot be read: {error}.") from error
