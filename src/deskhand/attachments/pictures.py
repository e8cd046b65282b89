"""Pictures, judged without being decoded: what they are, how large, and that nothing else hides in them.

Above: reading. Only headers are looked at, so that a picture of a few bytes that unpacks to gigabytes costs nothing
here; its size in pixels is bounded for those who will open it. Formats: PNG (RFC 2083) and JPEG (ITU T.81).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from deskhand.documents.refusals import DocumentCorrupt, TooComplex, TypeMismatch
from deskhand.documents.types import ends_as_archive

MAX_PIXELS = 100_000_000
MAX_SIDE = 30_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_PNG_CHUNK = 12
"""Bytes of a chunk beside its data: length, type and checksum."""
_IHDR_DATA = 13
_MARKER = 0xFF
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a start of frame, which says the size; the three left out are tables."""
_PROGRAM_MARKS = (b"%PDF-", b"<?php", b"<script", b"<!doctype html", b"<html")
_LOOKED_THROUGH = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture's type and its size in pixels."""

    media_type: str
    width: int
    height: int

    @property
    def description(self) -> str:
        return f"An image, {self.width} × {self.height} pixels. Text in it cannot be read here."


def is_picture(content: bytes) -> bool:
    return content.startswith((_PNG, _JPEG))


def look_at_picture(name: str, content: bytes) -> Picture:
    """What the picture is.

    Raises:
        DocumentCorrupt: when its header is cut off or damaged.
        TooComplex: when it has more pixels than a picture may have.
        TypeMismatch: when it is another kind of file at the same time.
    """
    found = _png(content) if content.startswith(_PNG) else _jpeg(content)
    if found is None or found.width < 1 or found.height < 1:
        raise DocumentCorrupt(f"{name!r} is damaged: it does not say how large a picture it is. Save it anew.")
    if found.width > MAX_SIDE or found.height > MAX_SIDE or found.width * found.height > MAX_PIXELS:
        raise TooComplex(
            f"{name!r} is a picture of {found.width} × {found.height} pixels; at most "
            f"{MAX_PIXELS // 1_000_000} million are taken, and {MAX_SIDE} on a side. Make it smaller."
        )
    head = content[:_LOOKED_THROUGH].lower()
    if ends_as_archive(content) or any(mark.lower() in head for mark in _PROGRAM_MARKS):
        raise TypeMismatch(f"{name!r} is a picture and another kind of file at once. Save the picture anew.")
    return found


def _png(content: bytes) -> Picture | None:
    """Its first chunk says its size, its last chunk ends it; what stands behind that is no part of it."""
    start = len(_PNG)
    size = start + _PNG_CHUNK + _IHDR_DATA
    if len(content) < size or content[start + 4 : start + 8] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", content, start + 8)
    if not any(kind == b"IEND" for kind in _png_chunks(content)):
        return None
    return Picture(media_type="image/png", width=width, height=height)


def _png_chunks(content: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at + _PNG_CHUNK <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        at += _PNG_CHUNK + length
        if at <= len(content):
            yield kind


def _jpeg(content: bytes) -> Picture | None:
    """Segment by segment, up to the one that says the size."""
    at = 2
    while at + 4 <= len(content) and content[at] == _MARKER:
        kind = content[at + 1]
        if kind == _MARKER:
            at += 1  # markers may be padded
        elif kind in _WITHOUT_LENGTH:
            at += 2
        elif kind in {_START_OF_SCAN, _END_OF_IMAGE}:
            return None
        elif kind in _FRAMES and at + 9 <= len(content):
            height, width = struct.unpack_from(">HH", content, at + 5)
            return Picture(media_type="image/jpeg", width=width, height=height)
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
