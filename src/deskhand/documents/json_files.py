"""JSON as Markdown that reads well: headings for what is nested, tables for lists of alike records.

Above: `formats`; below: the table writer. Also takes JSON Lines: one value a line.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from deskhand.documents.model import Converted, Job
from deskhand.documents.refusals import DocumentCorrupt
from deskhand.documents.tables import markdown_table
from deskhand.documents.text import decode

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

_LONG = 120
_MAX_DEPTH = 60
_FIRST_HEADING = 2
_DEEPEST_HEADING = 6
_NAMES = ("title", "question", "name", "heading", "subject", "label", "term", "summary", "id")
_LINKS = ("link", "url", "canonical_url", "href")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def read(job: Job) -> Converted:
    """Raises `DocumentCorrupt` where the text is no JSON."""
    text, encoding = decode(job.name, job.content)
    value = _parse(job.name, text)
    title = link = None
    if _is_record(value):
        title = _first_text(value, ("title", "name"))
        link = _first_text(value, _LINKS)
    return Converted(
        markdown="\n".join(_Writer(job.name).value(value, level=_FIRST_HEADING)),
        title=title,
        link=link if link and link.startswith(("http://", "https://")) else None,
        metadata={"encoding": encoding},
    )


def _parse(name: str, text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:
        lines = _lines(text)
        if lines is None:
            raise DocumentCorrupt(f"{name!r} is not valid JSON ({error}). Mend it, or save it as .txt.") from error
        return lines
    return value


def _lines(text: str) -> Json:
    """JSON Lines, or `None`."""
    rows = [line for line in text.splitlines() if line.strip()]
    try:
        return [json.loads(row) for row in rows] if len(rows) > 1 else None
    except (ValueError, RecursionError):
        return None


class _Writer:
    def __init__(self, name: str) -> None:
        self._name = name

    def value(self, value: Json, *, level: int) -> Iterator[str]:
        """Lines of Markdown; headings begin at `level`."""
        if level > _MAX_DEPTH:
            raise _too_deep(self._name)
        if _is_record(value):
            yield from self._record(value, level)
        elif _is_list(value):
            yield from self._list(value, level)
        elif (text := _scalar(value)) != "":
            yield text
            yield ""

    def _record(self, record: Mapping[str, Json], level: int, *, skip: str = "") -> Iterator[str]:
        """Short fields as a list, then the long ones; the only field beside a name (`skip`) is what it names."""
        fields = {key: value for key, value in record.items() if key != skip and value not in (None, [], {}, "")}
        alone = bool(skip) and len(fields) == 1
        if short := {key: _scalar(value) for key, value in fields.items() if _is_short(value)}:
            yield from (text if alone else f"- {_words(key)}: {text}" for key, text in short.items())
            yield ""
        for key, value in fields.items():
            if _is_short(value):
                continue
            if isinstance(value, str):
                yield from ([] if alone else [f"**{_words(key)}**", ""])
                yield from (value.strip(), "")
            else:
                yield from (_heading(_words(key), level), "")
                yield from self.value(value, level=level + 1)

    def _list(self, items: Sequence[Json], level: int) -> Iterator[str]:
        if all(_is_short(item) for item in items):
            yield from (f"- {text}" for item in items if (text := _scalar(item)))
            yield ""
        elif _is_table(items):
            yield _table(items)
            yield ""
        else:
            for number, item in enumerate(items, 1):
                yield from self._item(item, number, level)

    def _item(self, item: Json, number: int, level: int) -> Iterator[str]:
        if not _is_record(item):
            yield from self.value(item, level=level + 1)
            return
        naming = next((key for key in item if key.lower() in _NAMES and _scalar(item[key])), "")
        heading = " ".join(_scalar(item[naming]).split()) if naming else f"Item {number}"
        yield from (_heading(heading, level), "")
        yield from self._record(item, level + 1, skip=naming)


def _heading(text: str, level: int) -> str:
    return f"{'#' * min(level, _DEEPEST_HEADING)} {text}"


def _is_record(value: Json) -> TypeGuard[Mapping[str, Json]]:
    return isinstance(value, dict)


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, list)


def _is_short(value: Json) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONG and "\n" not in value.strip()
    return not isinstance(value, list | dict)


def _is_table(items: Sequence[Json]) -> TypeGuard[Sequence[Mapping[str, Json]]]:
    """Records of short values only, most of them with the same keys."""
    records = [item for item in items if _is_record(item)]
    if len(records) != len(items) or len(items) == 1:
        return False
    if not all(_is_short(value) for record in records for value in record.values()):
        return False
    keys = {key for record in records for key in record}
    return bool(keys) and sum(len(record) for record in records) * 2 >= len(keys) * len(records)


def _table(records: Sequence[Mapping[str, Json]]) -> str:
    keys = list(dict.fromkeys(key for record in records for key in record))
    rows = [[_scalar(record.get(key)) for key in keys] for record in records]
    return markdown_table([[_words(key) for key in keys], *rows], header=True)


def _first_text(record: Mapping[str, Json], keys: Sequence[str]) -> str | None:
    return next((text for key in keys if isinstance(text := record.get(key), str) and text.strip()), None)


def _scalar(value: Json) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def _words(key: str) -> str:
    """`maxFileSize` and `max_file_size` become `Max file size`; names in capitals stay."""
    words = " ".join(_CAMEL.sub(" ", key).replace("_", " ").replace("-", " ").split())
    if words.isupper() or not words:
        return words or key
    parts = [part if part.isupper() else part.lower() for part in words.split()]
    return " ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]])


def _too_deep(name: str) -> DocumentCorrupt:
    return DocumentCorrupt(f"{name!r} is nested too deeply to be read. Save it in a simpler form.")
