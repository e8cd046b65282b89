"""What is refused before any parser sees it: names, sizes, files that lie about their type, hostile archives."""

import io
import struct
import zipfile
from dataclasses import replace

import pytest

from deskhand.documents.converter import DocumentConverter
from deskhand.documents.formats import read_document
from deskhand.documents.model import MIB, Converted, DocumentLimits, Job
from deskhand.documents.refusals import (
    ArchiveBomb,
    BadDocumentName,
    DocumentCorrupt,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentRefused,
    DocumentTooLarge,
    HostileArchive,
    NoTextFound,
    TypeMismatch,
    TypeNotAllowed,
    refusal_from,
)

LIMITS = DocumentLimits()
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = {"[Content_Types].xml": TYPES, "word/document.xml": b"<w/>"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
UTF16_BROKEN = b"\xff\xfe\x00\xd8\x00"


class Here:
    """Reads in this process: none of these documents comes as far as a parser."""

    async def run(self, job: Job) -> Converted:
        return read_document(job)

    async def close(self) -> None:
        return None


async def convert(name: str, content: bytes, limits: DocumentLimits = LIMITS) -> None:
    async with DocumentConverter(Here()) as converter:
        await converter.convert(name, content, limits=limits)


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def all_refusals(kind: type[DocumentRefused] = DocumentRefused) -> list[type[DocumentRefused]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in all_refusals(below))]


def test_every_refusal_has_a_code_of_its_own_and_crosses_a_process_border_as_itself() -> None:
    kinds = all_refusals()
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert type(refusal_from(kind.code, "why")) is kind
    assert type(refusal_from("unheard of", "why")) is DocumentRefused


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "a/", "..", "../a.md", "a/../../b.md", "/etc/passwd.txt", "C:\\a.txt", "C:a.txt", "a\\b.txt"),
        *("a\x00.txt", "a\n.txt", "invoice\u202efdp.txt", "x" * 300 + ".txt", "a/" * 600 + "b.txt"),
    ],
)
async def test_a_name_that_climbs_out_or_hides_something_is_refused(name: str) -> None:
    with pytest.raises(BadDocumentName, match=r"Rename the file\."):
        await convert(name, b"text")


@pytest.mark.parametrize("name", ["a.exe", "a", "a.md.zip", ".md", "a.docm", "a.epub"])
async def test_an_ending_that_is_not_allowed_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(TypeNotAllowed, match=r"Save it as one of: .*\.docx.*\.pdf") as refused:
        await convert(name, b"text")
    assert repr(name) in refused.value.detail


async def test_the_allowed_types_are_a_setting() -> None:
    only_text = replace(LIMITS, allowed_types=frozenset({".txt", ".unheard-of"}))
    await convert("a.txt", b"text", only_text)
    with pytest.raises(TypeNotAllowed, match=r"Save it as one of: \.txt\.$"):
        await convert("a.md", b"text", only_text)
    await convert("page.txt", b"<html><p>stays text</p></html>", only_text)


async def test_ten_mebibytes_are_taken_and_one_byte_more_is_not() -> None:
    small = replace(LIMITS, max_text_bytes=64 * MIB)
    await convert("a.txt", b"word \n" * (10 * MIB // 6), small)
    with pytest.raises(DocumentTooLarge, match=r"10 MiB; at most 10 MiB") as refused:
        await convert("a.txt", b"x" * (10 * MIB + 1), small)
    assert refused.value.status == 413


async def test_more_text_than_one_document_may_hold_is_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="of text"):
        await convert("a.txt", b"word " * 1000, replace(LIMITS, max_text_bytes=1000))


async def test_nothing_and_blanks_are_told_apart() -> None:
    with pytest.raises(DocumentEmpty):
        await convert("a.md", b"")
    for blank in (b" \n\t\n", b"\xef\xbb\xbf", b"---\n\n***\n"):
        with pytest.raises(NoTextFound):
            await convert("a.md", blank)


@pytest.mark.parametrize(
    ("name", "content", "seems"),
    [
        ("a.pdf", archive(WORD), "a Word document"),
        ("a.pdf", archive({"a.txt": b"x"}), "a ZIP archive"),
        ("a.docx", b"%PDF-1.7\n", "a PDF"),
        ("a.docx", archive({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<x/>"}), "an Excel workbook"),
        ("a.xlsx", archive({"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<x/>"}), "a PowerPoint"),
        ("a.docx", archive({**WORD, "word/vbaProject.bin": b"x"}), "macros"),
        ("a.docx", archive({"[Content_Types].xml": TYPES, "visio/document.xml": b"x"}), "another kind"),
        ("a.docx", archive({"mimetype": b"application/vnd.oasis.opendocument.text"}), "an OpenDocument"),
        ("a.docx", archive({"META-INF/MANIFEST.MF": b"x"}), "a Java archive"),
        ("a.docx", OLE, "before 2007"),
        ("a.md", b"MZ\x90\x00\x03" + b"\x00" * 90, "a Windows program"),
        ("a.txt", b"\x7fELF\x02\x01\x01\x00", "a Linux program"),
        ("a.csv", b"{\\rtf1\\ansi hello}", "a rich text document"),
        ("a.md", PNG, "a picture"),
        ("a.png", b"GIF89a\x00\x00", "a GIF picture"),
        ("a.pdf", b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
        ("a.html", b"\x1f\x8b\x08\x00\x00", "a gzip archive"),
        ("a.txt", b"ID3\x04\x00\x00", "a sound file"),
        ("a.json", b"SQLite format 3\x00", "a SQLite database"),
        ("a.txt", b"some\x00text", "zero bytes"),
        ("a.txt", b"\x01\x02\x03\x04\x05" * 20, "control characters"),
        ("a.txt", UTF16_BROKEN, "utf-16"),
        ("a.xlsx", b"<!DOCTYPE html><html>Please sign in</html>", "a web page"),
    ],
)
async def test_a_file_that_lies_about_its_type_is_refused_with_what_it_seems_to_be(
    name: str, content: bytes, seems: str
) -> None:
    with pytest.raises(TypeMismatch) as refused:
        await convert(name, content)
    assert seems in refused.value.detail
    assert repr(name) in refused.value.detail
    assert refused.value.status == 415


async def test_words_that_only_look_like_the_mark_of_a_program_are_text() -> None:
    await convert("a.txt", b"MZ is the mark of a program, BZh of an archive.")
    await convert("a.md", b"ID3 tags hold the title of a song.")


async def test_bytes_that_are_text_in_no_encoding_are_refused() -> None:
    noise = bytes((index * 73 + index // 7 * 31) % 255 + 1 for index in range(4000))
    with pytest.raises(TypeMismatch):
        await convert("a.txt", noise)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.jpeg", "PHOTO.PNG"])
async def test_a_picture_has_no_text(name: str) -> None:
    content = PNG if name.lower().endswith("png") else b"\xff\xd8\xff\xe0\x00\x10JFIF"
    with pytest.raises(NoTextFound, match="it is a picture"):
        await convert(name, content)


async def test_an_office_file_behind_a_password_says_so() -> None:
    with pytest.raises(DocumentEncrypted, match="without one"):
        await convert("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.png"])
async def test_rubbish_in_the_place_of_a_document_is_corrupt(name: str) -> None:
    with pytest.raises(DocumentCorrupt):
        await convert(name, b"rubbish of no kind at all")


async def test_an_archive_cut_off_in_the_middle_is_corrupt() -> None:
    content = archive({**WORD, "word/media/a.bin": bytes(range(256)) * 400})
    with pytest.raises(DocumentCorrupt, match="cut off"):
        await convert("a.docx", content[: len(content) // 2])


async def test_a_bomb_is_refused_by_its_directory_alone() -> None:
    bomb = archive({**WORD, "word/big.xml": b"\x00" * (8 * MIB)})
    with pytest.raises(ArchiveBomb, match="200 times its size"):
        await convert("a.docx", bomb)


async def test_more_than_may_be_unpacked_in_all_is_refused() -> None:
    members = {f"word/{number}.xml": bytes(range(256)) * 40 for number in range(20)}
    with pytest.raises(ArchiveBomb, match="unpacks to more than"):
        await convert("a.docx", archive({**WORD, **members}), replace(LIMITS, max_unpacked_bytes=100_000))


async def test_many_small_members_that_are_dense_together_are_refused() -> None:
    members = {f"word/{number}.xml": b"\x00" * 60_000 for number in range(30)}
    limits = replace(LIMITS, ratio_floor_bytes=MIB, max_ratio=100)
    with pytest.raises(ArchiveBomb, match="times its size"):
        await convert("a.docx", archive({**WORD, **members}), limits)


async def test_too_many_members_are_refused() -> None:
    members = {f"word/{number}.xml": b"" for number in range(60)}
    with pytest.raises(ArchiveBomb, match="62 parts"):
        await convert("a.docx", archive({**WORD, **members}), replace(LIMITS, max_members=50))


async def test_parts_that_overlap_are_refused() -> None:
    content = bytearray(archive({**WORD, "word/a.xml": bytes(range(256)) * 40}, zipfile.ZIP_STORED))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = struct.pack("<II", 90_000, 90_000)
    with pytest.raises(ArchiveBomb, match="overlap"):
        await convert("a.docx", bytes(content))


async def test_a_directory_that_lies_about_sizes_is_found_out_while_inflating() -> None:
    content = bytearray(archive({**WORD, "word/a.xml": b"a" * 500_000}))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    with pytest.raises(ArchiveBomb, match="lies about its size"):
        await convert("a.docx", bytes(content))


async def test_what_is_really_unpacked_counts_and_not_what_the_directory_says() -> None:
    content = bytearray(archive({**WORD, "word/a.xml": b"a" * 500_000}))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    with pytest.raises(ArchiveBomb, match="unpacks to more than"):
        await convert("a.docx", bytes(content), replace(LIMITS, max_unpacked_bytes=200_000))


@pytest.mark.parametrize("path", ["../../etc/cron.d/x", "/etc/passwd", "C:/x", "..\\x", "word/../../x"])
async def test_a_part_that_points_out_of_the_document_is_refused(path: str) -> None:
    with pytest.raises(HostileArchive, match="points out of the document"):
        await convert("a.docx", archive({**WORD, path: b"x"}))


@pytest.mark.parametrize("path", ["word/inner.zip", "word/media/image1.png", "word/embeddings/oleObject1.bin"])
async def test_an_archive_within_a_document_is_refused(path: str) -> None:
    with pytest.raises(HostileArchive, match="holds another archive"):
        await convert("a.docx", archive({**WORD, path: archive({"a": b"x"})}))


async def test_members_with_a_password_are_refused() -> None:
    content = bytearray(archive(WORD))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 8] |= 0x1
    with pytest.raises(DocumentEncrypted):
        await convert("a.docx", bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
async def test_a_packing_that_office_does_not_know_is_refused(method: int) -> None:
    with pytest.raises(DocumentCorrupt, match="packed in a way"):
        await convert("a.docx", archive(WORD, method))


async def test_a_damaged_member_is_corrupt() -> None:
    content = bytearray(archive({**WORD, "word/a.xml": bytes(range(256)) * 40}))
    start = content.index(b"word/a.xml") + len(b"word/a.xml")
    content[start : start + 40] = b"\xff" * 40
    with pytest.raises(DocumentCorrupt, match="cannot be unpacked"):
        await convert("a.docx", bytes(content))


async def test_a_directory_that_points_to_nowhere_is_corrupt() -> None:
    content = bytearray(archive(WORD))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 42 : entry + 46] = struct.pack("<I", 7)
    with pytest.raises(DocumentCorrupt, match="points to nowhere"):
        await convert("a.docx", bytes(content))


@pytest.mark.parametrize("content", [b'{"a": 1', b"{a: 1}\n{b: 2}", b'{"a": 1}\nnot json\n', b"9" * 5000])
async def test_what_is_no_json_is_corrupt(content: bytes) -> None:
    with pytest.raises(DocumentCorrupt, match="not valid JSON"):
        await convert("a.json", content)


@pytest.mark.parametrize("content", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 90 + b"1" + b"}" * 90])
async def test_json_nested_beyond_reason_is_corrupt(content: bytes) -> None:
    with pytest.raises(DocumentCorrupt, match="nested too deeply"):
        await convert("a.json", content)
