"""Documents cut into chunks: passages that make sense alone and can be quoted. Above: ingestion; below: blocks, parts.

Pure and deterministic. A chunk is one section, a part of a long one, or several short ones side by side under the
same heading. Every word of the document is in the text or the heading of some chunk, or in the title.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deskhand.documents.chunking_blocks import Block, count_words, parse_blocks
from deskhand.documents.chunking_parts import Part, split_section

BREADCRUMB = " › "
DEFAULT_MAX_WORDS = 500
DEFAULT_OVERLAP_WORDS = 50
DEFAULT_MIN_WORDS = 40

_Path = tuple[str, ...]
_HEADING_MARKS = re.compile(r"^\s{0,3}#{1,6}(?:\s+|$)|(?:^|\s+)#+\s*$")
_HEADING_DRESS = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)|[*`]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A passage. `heading` is the path of headings above it (`Billing › Refunds`), without the document's title.

    `start_line` and `end_line` are the lines it stands on, the first is 1 and both belong to it; sentences that are
    said again from the chunk before stand above them. `content_hash` is of heading and text: the same passage under
    the same heading has the same hash whatever changes around it. Within a document each hash stands once: where
    a passage is repeated, the hash counts along.
    """

    position: int
    heading: str | None
    text: str
    start_line: int
    end_line: int
    content_hash: str


@dataclass(kw_only=True, slots=True)
class _Section:
    """A heading's own text: what stands between it and the next heading of any level."""

    path: _Path
    heading: Block | None
    blocks: list[Block] = field(default_factory=list)
    words: int = 0


@dataclass(kw_only=True, slots=True)
class _Group:
    """Sections that make one chunk or, if it is a single one, several."""

    path: _Path
    sections: list[_Section]
    words: int

    @property
    def parent(self) -> _Path:
        return self.path[:-1] if len(self.sections) == 1 else self.path


def chunk_markdown(
    markdown: str,
    *,
    title: str,
    max_words: int = DEFAULT_MAX_WORDS,
    overlap_words: int = DEFAULT_OVERLAP_WORDS,
    min_words: int = DEFAULT_MIN_WORDS,
) -> list[Chunk]:
    """The chunks in the order of the text; none for a text without words.

    At most `max_words` each (unless one row of a table or one line of code is longer), sections below `min_words`
    merged with their neighbours under the same heading where both fit.
    """
    if max_words < 1 or not 0 <= overlap_words < max_words:
        raise ValueError(f"{overlap_words!r} words of overlap do not fit into chunks of {max_words!r} words")
    text = markdown.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    sections = _sections(lines, parse_blocks(text, lines), title)
    chunks: list[Chunk] = []
    seen: Counter[tuple[str | None, str]] = Counter()
    for group in _merged(sections, min_words=min_words, max_words=max_words):
        heading = BREADCRUMB.join(group.path) or None
        for part in _parts(lines, group, max_words, overlap_words):
            seen[heading, part.text] += 1
            chunks.append(_chunk(len(chunks), heading, part, seen[heading, part.text]))
    return chunks


def _chunk(position: int, heading: str | None, part: Part, occurrence: int) -> Chunk:
    again = f"\n{occurrence}" if occurrence > 1 else ""
    return Chunk(
        position=position,
        heading=heading,
        text=part.text,
        start_line=part.start + 1,
        end_line=part.end,
        content_hash=hashlib.sha256(f"{heading or ''}\n{part.text}{again}".encode()).hexdigest(),
    )


def _parts(lines: Sequence[str], group: _Group, max_words: int, overlap_words: int) -> list[Part]:
    blocks = list(_blocks_of(group))
    if len(group.sections) == 1:
        return split_section(lines, blocks, max_words=max_words, overlap_words=overlap_words)
    text = "\n\n".join("\n".join(lines[block.start : block.end]) for block in blocks)
    return [Part(text=text, start=blocks[0].start, end=blocks[-1].end)]


def _blocks_of(group: _Group) -> Iterator[Block]:
    """A heading that the breadcrumb already names is not said again in the text, unless nothing follows it."""
    for section in group.sections:
        named = section.path == group.path
        if section.heading is not None and (not named or not section.blocks):
            yield section.heading
        yield from section.blocks


def _sections(lines: Sequence[str], blocks: Sequence[Block], title: str) -> list[_Section]:
    """Every section that says something. A heading counts as saying something when nothing stands below it."""
    sections = [_Section(path=(), heading=None)]
    levels: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind == "heading":
            name = heading_text(lines, block)
            levels = [(level, above) for level, above in levels if level < block.level]
            if not (block.level == 1 and name.casefold() == title.strip().casefold()):
                levels.append((block.level, name))
            sections.append(_Section(path=tuple(above for _, above in levels), heading=block))
        else:
            sections[-1].blocks.append(block)
            sections[-1].words += count_words("\n".join(lines[block.start : block.end]))
    return [section for index, section in enumerate(sections) if _says_something(sections, index)]


def _says_something(sections: Sequence[_Section], index: int) -> bool:
    section = sections[index]
    if section.blocks:
        return True
    if not section.path:
        return False
    following = sections[index + 1].path if index + 1 < len(sections) else ()
    return following[: len(section.path)] != section.path or len(following) == len(section.path)


def heading_text(lines: Sequence[str], block: Block) -> str:
    """The words of a heading, of either style, without its dress."""
    written = lines[block.start : block.end]
    underlined = len(written) > 1 and not written[-1].strip().strip("=-")
    text = " ".join(written[:-1] if underlined else [_HEADING_MARKS.sub("", line) for line in written])
    return " ".join(_HEADING_DRESS.sub(r"\1", text).split())


def _merged(sections: Sequence[_Section], *, min_words: int, max_words: int) -> list[_Group]:
    """Short sections first join what follows them, then what stands before them."""
    forward: list[_Group] = []
    for section in sections:
        group = _Group(path=section.path, sections=[section], words=section.words)
        joined = _joined(forward[-1], group, max_words) if forward and forward[-1].words < min_words else None
        if joined:
            forward[-1] = joined
        else:
            forward.append(group)
    groups: list[_Group] = []
    for group in forward:
        joined = _joined(groups[-1], group, max_words) if groups and group.words < min_words else None
        if joined:
            groups[-1] = joined
        else:
            groups.append(group)
    return groups


def _joined(first: _Group, second: _Group, max_words: int) -> _Group | None:
    """Both as one, when they stand under the same heading, or the second right below the first, and fit."""
    if second.parent == first.path:
        path = first.path
    elif first.parent == second.parent:
        path = first.parent
    else:
        return None
    headings = sum(
        len(name.split()) + 1 for group in (first, second) for section in group.sections for name in section.path
    )
    words = first.words + second.words
    if words + headings > max_words:
        return None
    return _Group(path=path, sections=[*first.sections, *second.sections], words=words)
