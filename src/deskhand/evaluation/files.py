"""Reading evaluation data: JSON Lines, checked line by line, with errors that name the line."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from deskhand.kit.errors import BadInput

Row = TypeVar("Row", bound=BaseModel)


class BadData(BadInput):
    code = "bad_evaluation_data"


class Strict(BaseModel):
    """Base of the rows: unknown keys are ignored, wrong types are not."""

    model_config = ConfigDict(strict=True, frozen=True)


def read_rows(path: Path, row: type[Row]) -> list[Row]:
    """Every line of the file as a row; empty lines are passed over.

    Raises:
        BadData: naming the file and the line.
    """
    try:
        rows = list(_rows(path, row))
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{str(path)!r} cannot be read: {error}.") from error
    if not rows:
        raise BadData(f"{str(path)!r} holds no line: give it at least one.")
    return rows


def _rows(path: Path, row: type[Row]) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield row.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                where = ".".join(str(part) for part in first["loc"]) or "line"
                raise BadData(f"{str(path)!r} line {number}: {where}: {first['msg']}.") from error
