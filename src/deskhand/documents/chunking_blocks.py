"""A Markdown text as a tree of blocks, by lines. Above: chunking; below: markdown-it-py, of which only the block
level runs: what stands within a line is nobody's business here.

Blocks cover every line that holds something: what the parser takes for itself (definitions of links) is text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

BlockKind = Literal["heading", "text", "list", "item", "quote", "table", "code"]

_KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "text",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "table_open": "table",
    "fence": "code",
    "code_block": "text",
    "html_block": "text",
}
_LEAVES = frozenset({"heading", "text", "table", "code"})
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_CHARS_OF_LONG_WORD = 20
_CJK_SIGNS_OF_WORD = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Lines `start` to `end` (without) of the text. `level` is that of a heading, else 0."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    children: tuple["Block", ...] = field(default=())


def count_words(text: str) -> int:
    """Words between blanks; two signs of a script without blanks are a word, and so are 20 letters without one.

    Two texts together never count more than each alone.
    """
    words = text.split()
    count = len(words)
    if not text.isascii():
        count += -(-len(_CJK.findall(text)) // _CJK_SIGNS_OF_WORD)
    return max(count, -(-sum(map(len, words)) // _CHARS_OF_LONG_WORD))


def parse_blocks(text: str, lines: Sequence[str]) -> list[Block]:
    """The top blocks in order; `lines` are those of the text."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable(["inline", "text_join"])
    tokens = [token for token in parser.parse(text) if token.map and token.type in _KINDS]
    return list(_covering(_nested(tokens, 0, len(tokens)), lines, 0, len(lines)))


def _nested(tokens: Sequence[Token], first: int, last: int) -> Iterator[Block]:
    """Tokens with their lines, in order, as a tree: a block holds those that begin before it ends."""
    index = first
    while index < last:
        token = tokens[index]
        index += 1
        start, end = token.map or [0, 0]
        inside = index
        while index < last and tokens[index].level > token.level:
            index += 1
        kind = _KINDS[token.type]
        level = int(token.tag[1]) if kind == "heading" else 0
        children = () if kind in _LEAVES else tuple(_nested(tokens, inside, index))
        yield Block(kind=kind, start=start, end=end, level=level, children=children)


def _covering(blocks: Iterator[Block], lines: Sequence[str], first: int, last: int) -> Iterator[Block]:
    """The blocks, each filled up likewise, and between them text blocks for lines that none covers."""
    position = first
    for block in blocks:
        yield from _uncovered(lines, position, block.start)
        start = max(block.start, position)
        end = _without_blank_end(lines, start, block.end)
        if start < end:
            inside = tuple(_covering(iter(block.children), lines, start, end)) if block.children else ()
            yield Block(kind=block.kind, start=start, end=end, level=block.level, children=inside)
        position = max(position, block.end)
    yield from _uncovered(lines, position, last)


def _uncovered(lines: Sequence[str], first: int, last: int) -> Iterator[Block]:
    start = first
    while start < last:
        if not lines[start].strip():
            start += 1
            continue
        end = start
        while end < last and lines[end].strip():
            end += 1
        yield Block(kind="text", start=start, end=end)
        start = end


def _without_blank_end(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end
