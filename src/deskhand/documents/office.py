"""What the Office formats share: the properties that a program writes about a document.

Above: the readers of Word, Excel and PowerPoint; below: lxml, with entities and network turned off.
"""

import io
import zipfile
from collections.abc import Mapping

from lxml import etree  # type: ignore[import-untyped] # the library has no types

_CORE = "docProps/core.xml"
_PROPERTIES = {"title": "title", "creator": "author", "description": "description", "language": "language"}
_MAX_CHARS = 500
_MEANINGLESS = (
    "untitled",
    "powerpoint presentation",
    "presentation",
    "document",
    "word document",
    "(unspecified)",
)


def core_properties(content: bytes) -> Mapping[str, str]:
    """`title`, `author`, `description`, `language`, each where the document says one that means something."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            raw = archive.read(_CORE)
        except KeyError:
            return {}
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        return {}
    found: dict[str, str] = {}
    for element in root.iter("{*}title", "{*}creator", "{*}description", "{*}language"):
        text = " ".join((element.text or "").split())[:_MAX_CHARS]
        if text:
            found[_PROPERTIES[etree.QName(element).localname]] = text
    if found.get("title") and not is_meaningful(found["title"]):
        del found["title"]
    return found


def is_meaningful(title: str) -> bool:
    """Whether a title says something: not what programs write when nobody chose one."""
    lowered = title.strip().lower()
    return bool(lowered) and lowered not in _MEANINGLESS and not lowered.startswith("microsoft word - ")
