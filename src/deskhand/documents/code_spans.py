"""Where the code is in a Markdown text, so that nobody rewrites it. Above: the Markdown cleaners; below: nothing.

Works on text that is not Markdown yet (pages with components in them), so it looks at lines and backticks only.
Linear in the length of the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from markdown_it import MarkdownIt

Span = tuple[int, int]

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*$)|~{3,})")
_TICKS = re.compile(r"`+")
_INDENTED = re.compile(r"^(?: {4}|\t)", re.MULTILINE)


def code_spans(text: str, *, indented: bool = False) -> list[Span]:
    """Start and end offsets of fenced blocks and inline code, in order; with `indented` of indented blocks too."""
    spans: list[Span] = []
    after = 0
    for start, end in _blocks(text, indented=indented):
        spans.extend(_inline(text, after, start))
        spans.append((start, end))
        after = end
    spans.extend(_inline(text, after, len(text)))
    return spans


def prose_pieces(text: str, spans: list[Span]) -> Iterator[tuple[str, bool]]:
    """The text cut at the spans: each piece, and whether it is code."""
    after = 0
    for start, end in spans:
        yield text[after:start], False
        yield text[start:end], True
        after = end
    yield text[after:], False


def _blocks(text: str, *, indented: bool) -> list[Span]:
    fenced = list(_fenced(text))
    if not indented or not _INDENTED.search(text):
        return fenced
    merged: list[Span] = []
    for start, end in sorted([*fenced, *_indented(text)]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fenced(text: str) -> Iterator[Span]:
    opened_at, mark, offset = -1, "", 0
    for line in text.splitlines(keepends=True):
        if mark:
            rest = line.strip(" \t\n>")
            if rest.startswith(mark) and not rest.strip(mark[0]):
                yield opened_at, offset + len(line)
                mark = ""
        elif found := _FENCE.match(line.rstrip("\n")):
            opened_at, mark = offset, found.group(1)
        offset += len(line)
    if mark:
        yield opened_at, len(text)


def _indented(text: str) -> Iterator[Span]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "code_block" and token.map:
            yield starts[token.map[0]], min(starts[token.map[1]], len(text))


def _inline(text: str, start: int, end: int) -> Iterator[Span]:
    """Runs of backticks close at the next run of the same length within the paragraph."""
    runs: list[Span] = []
    previous_end = start
    for found in _TICKS.finditer(text, start, end):
        if runs and text.find("\n\n", previous_end, found.start()) >= 0:
            yield from _paired(text, runs)
            runs = []
        runs.append(found.span())
        previous_end = found.end()
    yield from _paired(text, runs)


def _paired(text: str, runs: list[Span]) -> Iterator[Span]:
    by_length: dict[int, list[int]] = defaultdict(list)
    for index in range(len(runs) - 1, -1, -1):
        by_length[runs[index][1] - runs[index][0]].append(index)
    index = 0
    while index < len(runs):
        start, end = runs[index]
        closers = by_length[end - start]
        while closers and closers[-1] <= index:
            closers.pop()
        escaped = start > 0 and text[start - 1] == "\\"
        if closers and not escaped:
            yield start, runs[closers[-1]][1]
            index = closers[-1]
        index += 1
