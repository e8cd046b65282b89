"""Links and pictures in Markdown prose: what a reader of the text alone needs of them. Above: the Markdown reader."""

import re

from deskhand.documents.code_spans import code_spans, prose_pieces
from deskhand.documents.tags import alternative_text

_TARGET = (
    r"\(\s*(<[^<>\n]{0,2000}>|[^()\s<]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500}){0,3})"
    r"(?:\s+(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'))?\s*\)"
)
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,1000})\](?:" + _TARGET + r"|\[[^\[\]\n]{0,200}\])(?:\{[^{}\n]{0,200}\})?")
_LINK = re.compile(r"(?<![!\\])\[((?:[^\[\]\n]|\n(?!\n)|\[[^\[\]\n]{0,200}\]){0,1000})\]" + _TARGET)
_HEADING_ID = re.compile(r"^(#{1,6} .*?)[ \t]*\{#[\w-]+\}[ \t]*$", re.MULTILINE)
_ADMONITION = re.compile(r"^([ \t]*):::+[ \t]*(?:\w+[ \t]*)?(?:\[(.*)\]|(.*))$", re.MULTILINE)
_ALERT = re.compile(r"^([ \t]*>[ \t]*)\[!\w+\][ \t]*\n", re.MULTILINE)


def plain_links(text: str, *, indented_code: bool) -> str:
    """Pictures become their words; links keep their text, and their target where it is a whole address."""
    spans = code_spans(text, indented=indented_code)
    return "".join(piece if is_code else _prose(piece) for piece, is_code in prose_pieces(text, spans))


def _prose(text: str) -> str:
    if "[" in text:
        text = _PICTURE.sub(lambda found: alternative_text(found.group(1)), text)
        text = _LINK.sub(_link, text)
        text = _ALERT.sub(r"", text)
    if ":::" in text:
        text = _ADMONITION.sub(_admonition, text)
    return _HEADING_ID.sub(r"\1", text) if "{#" in text else text


def _link(found: re.Match[str]) -> str:
    words, target = found.group(1).strip(), found.group(2).strip("<>")
    if not words:
        return ""
    return f"[{words}]({target})" if target.startswith(("http://", "https://", "mailto:")) else words


def _admonition(found: re.Match[str]) -> str:
    title = (found.group(2) or found.group(3) or "").strip()
    return f"{found.group(1)}**{title}**\n" if title else ""
