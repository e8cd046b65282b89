"""Office files are ZIP archives: what is checked before any parser opens one.

Above: the type check (`office_kind_of`) and the readers (`check_members`, inside the worker); below: the refusals.
The central directory is checked first, then every member is inflated and counted, since a directory can lie.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

from deskhand.documents.model import DocumentKind, DocumentLimits
from deskhand.documents.refusals import (
    ArchiveBomb,
    DocumentCorrupt,
    DocumentEncrypted,
    HostileArchive,
)

_ENCRYPTED_FLAG = 0x1
_PIECE = 256 * 1024
_LOCAL_HEADER = 30
_NESTED_MARKS = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00")
_PACKED_PICTURES = (".emz", ".wmz", ".svgz")
_EMBEDDED_OFFICE = (".xlsx", ".docx", ".pptx", ".xlsm", ".xlsb")
_CONTENT_TYPES = "[Content_Types].xml"
_OFFICE_PARTS = (
    ("word/document", DocumentKind.DOCX, "a Word document (.docx)"),
    ("xl/workbook.xml", DocumentKind.XLSX, "an Excel workbook (.xlsx)"),
    ("ppt/presentation", DocumentKind.PPTX, "a PowerPoint presentation (.pptx)"),
)


def office_kind_of(name: str, content: bytes, limits: DocumentLimits) -> tuple[DocumentKind | None, str]:
    """The office format of a ZIP file and what to call it; no kind where it is some other archive.

    Raises when the directory cannot be read or shows a bomb, a password or a hostile member.
    """
    members = _directory(name, content)
    names = {member.filename for member in members}
    if _CONTENT_TYPES not in names:
        return None, _other_archive(names)
    if any(member.endswith("vbaProject.bin") for member in names):
        return None, "an Office file with macros (.docm, .xlsm, .pptm)"
    for prefix, kind, called in _OFFICE_PARTS:
        if any(member.startswith(prefix) for member in names):
            _check_directory(name, members, len(content), limits)
            return kind, called
    return None, "an Office file of another kind"


def check_members(name: str, content: bytes, limits: DocumentLimits) -> None:
    """Inflates every member, counting: refuses what is bigger than its directory says, and archives inside."""
    total = 0
    for member in _directory(name, content):
        unpacked = 0
        first = b""
        for piece in _inflate(name, content, member):
            first = first or piece[:8]
            unpacked += len(piece)
            total += len(piece)
            if total > limits.max_unpacked_bytes:
                raise ArchiveBomb(_too_much(name, limits))
            if unpacked > member.file_size:
                raise ArchiveBomb(
                    f"{name!r} lies about its size: the part {member.filename!r} unpacks to more than it says. "
                    "Save the document anew where it was made."
                )
        _check_nested(name, member.filename, first)


def _directory(name: str, content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, UnicodeDecodeError) as error:
        raise DocumentCorrupt(
            f"{name!r} begins like an Office file, but its directory cannot be read: it is cut off or damaged. "
            "Send it again, or save it anew where it was made."
        ) from error


def _other_archive(names: set[str]) -> str:
    if "mimetype" in names:
        return "an OpenDocument or e-book file"
    if any(name.startswith("META-INF/") for name in names):
        return "a Java archive"
    return "a ZIP archive"


def _check_directory(name: str, members: list[zipfile.ZipInfo], size: int, limits: DocumentLimits) -> None:
    if len(members) > limits.max_members:
        raise ArchiveBomb(f"{name!r} has {len(members)} parts; at most {limits.max_members} are taken. Split it.")
    for member in members:
        _check_member(name, member, limits)
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.max_unpacked_bytes:
        raise ArchiveBomb(_too_much(name, limits))
    if packed > size:
        raise ArchiveBomb(
            f"{name!r} has parts that overlap, as no office program writes them. Save it anew where it was made."
        )
    if unpacked > limits.ratio_floor_bytes and unpacked > size * limits.max_ratio:
        raise ArchiveBomb(_too_dense(name, limits))


def _check_member(name: str, member: zipfile.ZipInfo, limits: DocumentLimits) -> None:
    path = member.orig_filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\x00" in path:
        raise HostileArchive(
            f"{name!r} holds a part that points out of the document: {path[:200]!r}. "
            "Do not open it; ask whoever made it."
        )
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise DocumentEncrypted(f"{name!r} is protected by a password. Save it without one, and send it again.")
    dense = member.file_size > max(member.compress_size, 1) * limits.max_ratio
    if dense and member.file_size > limits.ratio_floor_bytes:
        raise ArchiveBomb(_too_dense(name, limits))


def _inflate(name: str, content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's real bytes, read past what the directory says of their number."""
    packed = _packed(name, content, member)
    if member.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise DocumentCorrupt(f"{name!r} is packed in a way that Office does not know. Save it anew in Office.")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        yield inflater.decompress(packed, _PIECE)
        while inflater.unconsumed_tail:
            yield inflater.decompress(inflater.unconsumed_tail, _PIECE)
    except zlib.error as error:
        raise DocumentCorrupt(
            f"{name!r} is damaged: its part {member.filename!r} cannot be unpacked. Send it again."
        ) from error


def _packed(name: str, content: bytes, member: zipfile.ZipInfo) -> bytes:
    header = content[member.header_offset : member.header_offset + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise DocumentCorrupt(f"{name!r} is damaged: its directory points to nowhere. Send it again.")
    skip = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    start = member.header_offset + _LOCAL_HEADER + skip
    return content[start : start + member.compress_size]


def _check_nested(name: str, part: str, first: bytes) -> None:
    """Charts carry their workbook in `embeddings/`: those are never opened, so they may stay."""
    if not first.startswith(_NESTED_MARKS) or part.lower().endswith(_PACKED_PICTURES):
        return
    if "/embeddings/" in part and part.lower().endswith(_EMBEDDED_OFFICE):
        return
    raise HostileArchive(
        f"{name!r} holds another archive ({part[:200]!r}). Take it out, and send what is in it on its own."
    )


def _too_much(name: str, limits: DocumentLimits) -> str:
    return (
        f"{name!r} unpacks to more than {limits.max_unpacked_bytes // (1024 * 1024)} MiB. "
        "Split it, or take out what is not text."
    )


def _too_dense(name: str, limits: DocumentLimits) -> str:
    return (
        f"{name!r} unpacks to more than {limits.max_ratio:g} times its size, as archive bombs do. "
        "Save it anew where it was made."
    )
