"""Front matter of Markdown pages: the YAML between two lines of `---`. Above: the Markdown reader; below: nothing.

Broken front matter is kept out of the text, and what can be read of it line by line is used.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

_OPENING = re.compile(r"\A\s*---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_SIMPLE_LINE = re.compile(r"^([A-Za-z_][\w-]{0,60}):[ \t]+(.+)$", re.MULTILINE)
_MAX_CHARS = 16 * 1024
_LINK_KEYS = ("link", "url", "canonical", "canonical_url", "permalink", "source")
_KEPT = ("description", "author", "language", "lang", "slug")


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontMatter:
    """What a page says of itself. `link` is a whole address; a path within a site stays in `metadata["slug"]`."""

    title: str | None = None
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """The front matter and the text after it; the text as it is when it has none."""
    opening = _OPENING.match(text)
    if not opening:
        return FrontMatter(), text
    closing = _CLOSING.search(text, opening.end(), opening.end() + _MAX_CHARS)
    if not closing:
        return FrontMatter(), text
    block = text[opening.end() : closing.start()]
    values = _values(block)
    if values is None:
        return FrontMatter(), text
    return _front_matter(values), text[closing.end() :].lstrip("\n")


def _values(block: str) -> dict[str, str] | None:
    """The top-level values that are words; `None` when the block is no front matter but a text between rules."""
    simple = {key.lower(): value.strip().strip("'\"") for key, value in _SIMPLE_LINE.findall(block)}
    if "&" in block and "*" in block:
        return simple  # anchors can unfold to any size
    try:
        loaded = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError):
        return simple or None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        return None
    return {str(key).lower(): str(value) for key, value in loaded.items() if isinstance(value, str | int | float)}


def _front_matter(values: Mapping[str, str]) -> FrontMatter:
    metadata = {key: values[key] for key in _KEPT if values.get(key, "").strip()}
    if "lang" in metadata:
        metadata.setdefault("language", metadata.pop("lang"))
    return FrontMatter(title=values.get("title", "").strip() or None, link=_link(values), metadata=metadata)


def _link(values: Mapping[str, str]) -> str | None:
    for key in _LINK_KEYS:
        if values.get(key, "").startswith(("https://", "http://")):
            return values[key]
    return None
