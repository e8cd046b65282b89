"""What a document is, by its content; the name is only a claim to check. Above: the converter; below: archives.

Containers are told by their first bytes and, for ZIP files, by the parts inside. Text has no mark, so whatever
has none and can be decoded is the text format that its name says.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from deskhand.documents.archives import office_kind_of
from deskhand.documents.model import KINDS_BY_ENDING, TEXT_KINDS, DocumentKind, DocumentLimits
from deskhand.documents.refusals import (
    BadDocumentName,
    DocumentCorrupt,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentTooLarge,
    NoTextFound,
    TypeMismatch,
    TypeNotAllowed,
)

_PDF_MARK = b"%PDF-"
_PDF_MARK_WITHIN = 1024
_OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_END_MARK = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_ZIP_END_WITHIN = _ZIP_END_BYTES + 0xFFFF
_PICTURE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_OTHER_MARKS = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a compiled program"),
    (b"{\\rtf", "a rich text document (.rtf)"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"RIFF", "a sound, video or picture file"),
)

_NAMES = {
    DocumentKind.PDF: "a PDF",
    DocumentKind.DOCX: "a Word document (.docx)",
    DocumentKind.XLSX: "an Excel workbook (.xlsx)",
    DocumentKind.PPTX: "a PowerPoint presentation (.pptx)",
    DocumentKind.PICTURE: "a picture",
}
_HIDDEN_IN_NAMES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_MAX_NAME = 1024
_MAX_NAME_PART = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    kind: DocumentKind | None
    called: str


def ending_of(name: str) -> str:
    """`.pdf` for `Report.PDF`, the empty string where there is none."""
    return PurePosixPath(name).suffix.lower()


def check_name(name: str) -> None:
    """Raises `BadDocumentName`. Folders are fine (`guides/refunds.md`), ways out of them are not."""
    parts = name.split("/")
    problem = None
    if not name.strip() or parts[-1].strip(" .") == "":
        problem = "is empty"
    elif any(ord(letter) < ord(" ") or letter == "\x7f" or letter in _HIDDEN_IN_NAMES for letter in name):
        problem = "holds control characters"
    elif "\\" in name or name.startswith("/") or ".." in parts or name[1:2] == ":":
        problem = "points out of its folder"
    elif len(name) > _MAX_NAME or any(len(part) > _MAX_NAME_PART for part in parts):
        problem = "is too long"
    if problem:
        raise BadDocumentName(f"The file name {name[:_MAX_NAME_PART]!r} {problem}. Rename the file.")


def check_claim(name: str, size: int, limits: DocumentLimits) -> None:
    """What can be refused before the content is read: the name, the ending, the size."""
    check_name(name)
    ending = ending_of(name)
    if ending not in limits.allowed_types or ending not in KINDS_BY_ENDING:
        allowed = ", ".join(sorted(limits.allowed_types & KINDS_BY_ENDING.keys()))
        shown = f"of type {ending!r}" if ending else "without an ending that says its type"
        raise TypeNotAllowed(f"{name!r} is a file {shown}. Save it as one of: {allowed}.")
    if size == 0:
        raise DocumentEmpty(f"{name!r} holds no bytes at all. Check that it was saved, and send it again.")
    if size > limits.max_bytes:
        raise DocumentTooLarge(
            f"{name!r} has {_mib(size)}; at most {_mib(limits.max_bytes)} are taken. Split it, or shrink its pictures."
        )


def recognise(name: str, content: bytes, limits: DocumentLimits) -> DocumentKind:
    """The kind of a document whose claim was checked. Raises when the content contradicts the name."""
    claimed = KINDS_BY_ENDING[ending_of(name)]
    seen = _look_at(name, content, limits)
    if seen is None:
        return _text_kind(name, content, claimed, limits)
    if seen.kind is not claimed:
        raise TypeMismatch(
            f"{name!r} is named {ending_of(name)!r}, but its content is {seen.called}. "
            "Send the original under its right name."
        )
    if seen.kind is DocumentKind.PICTURE:
        raise NoTextFound(f"No text was found in {name!r}: it is a picture. Type out what it says, or send a PDF.")
    return seen.kind


def _look_at(name: str, content: bytes, limits: DocumentLimits) -> _Seen | None:
    if content.startswith(_ZIP_MARKS):
        kind, called = office_kind_of(name, content, limits)
        return _Seen(kind=kind, called=called)
    if content.startswith(_OLE_MARK):
        return _old_office(name, content)
    if content.startswith(_PICTURE_MARKS):
        return _Seen(kind=DocumentKind.PICTURE, called=_NAMES[DocumentKind.PICTURE])
    if _PDF_MARK in content[:_PDF_MARK_WITHIN] and (content.startswith(_PDF_MARK) or ending_of(name) == ".pdf"):
        return _pdf(content)
    for mark, called in _OTHER_MARKS:
        if content.startswith(mark) and _is_really(mark, content):
            return _Seen(kind=None, called=called)
    return None


def _pdf(content: bytes) -> _Seen:
    """A PDF may have something in front of it, but nothing that is a file of another type, and no archive behind it."""
    for mark, called in _OTHER_MARKS:
        if content.startswith(mark):
            return _Seen(kind=None, called=f"{called} and a PDF at once")
    if ends_as_archive(content):
        return _Seen(kind=None, called="a PDF and a ZIP archive at once")
    return _Seen(kind=DocumentKind.PDF, called=_NAMES[DocumentKind.PDF])


def ends_as_archive(content: bytes) -> bool:
    """Whether a ZIP archive ends exactly where the content does, whatever the content begins with."""
    tail = content[-_ZIP_END_WITHIN:]
    at = tail.rfind(_ZIP_END_MARK)
    while at >= 0:
        comment = int.from_bytes(tail[at + _ZIP_END_BYTES - 2 : at + _ZIP_END_BYTES], "little")
        if at + _ZIP_END_BYTES + comment == len(tail):
            return True
        at = tail.rfind(_ZIP_END_MARK, 0, at)
    return False


def _is_really(mark: bytes, content: bytes) -> bool:
    """Marks that a text could begin with by chance (`MZ`, `ID3`, `BZh`) count only before binary data."""
    readable = all(letter >= ord(" ") for letter in mark) and not mark.startswith((b"{", b"%"))
    return not readable or b"\x00" in content


def _old_office(name: str, content: bytes) -> _Seen:
    if _OLE_ENCRYPTED in content:
        raise DocumentEncrypted(
            f"{name!r} is protected by a password. Save it without one (File, Info, Protect), and send it again."
        )
    return _Seen(kind=None, called="an Office file of the time before 2007 (.doc, .xls, .ppt)")


def _text_kind(name: str, content: bytes, claimed: DocumentKind, limits: DocumentLimits) -> DocumentKind:
    if claimed not in TEXT_KINDS:
        if b"\x00" not in content and content[:64].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise TypeMismatch(f"{name!r} is not {_NAMES[claimed]}, but a web page. Send the file itself.")
        raise DocumentCorrupt(
            f"{name!r} is not {_NAMES[claimed]}, and nothing else that is known: its beginning is damaged or "
            "missing. Open it where it was made, save it anew, and send that."
        )
    head = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_page = head.startswith((b"<!doctype html", b"<html"))
    if is_page and claimed in {DocumentKind.TEXT, DocumentKind.MARKDOWN} and ".html" in limits.allowed_types:
        return DocumentKind.HTML
    return claimed


def _mib(size: int) -> str:
    return f"{size / (1024 * 1024):.4g} MiB"
