"""Labels are never paths; pictures are judged without being decoded."""

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachments.files import a_jpeg, a_png, an_archive
from deskhand.attachments.names import NAME_CHARS, label_of
from deskhand.attachments.pictures import is_picture, look_at_picture
from deskhand.attachments.reading import preview_of
from deskhand.documents.refusals import DocumentCorrupt, DocumentRefused, TooComplex, TypeMismatch
from deskhand.documents.types import check_name


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\My file.docx", "My file.docx"),
        ("C:file.txt", "file.txt"),
        ("/", "attachment"),
        ("", "attachment"),
        ("...", "attachment"),
        (".pdf", "attachment.pdf"),
        ("a\x00b\x1f.txt", "ab.txt"),
        ("in\u202evoice\u200b.txt", "invoice.txt"),
        ("two  \t blanks\u2028here.txt", "two blanks here.txt"),
        ("e\u0301.txt", "é.txt"),
        ("folder/", "folder"),
        ("\ud800.txt", "attachment.txt"),
        ("x" * 300 + ".pdf", "x" * 195 + "….pdf"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_a_name_becomes_a_label(name: str, label: str) -> None:
    assert label_of(name) == label


@given(st.text(max_size=400) | st.text(alphabet="./\\:~ a\u202e\x00\n", max_size=30))
def test_every_label_is_a_good_name_without_a_path_and_stays_as_it_is(name: str) -> None:
    label = label_of(name)
    assert 1 <= len(label) <= NAME_CHARS
    assert not set(label) & {"/", "\\"}
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in label)
    assert label_of(label) == label
    check_name(label)


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_picture_says_its_size(width: int, height: int) -> None:
    for content, media_type in ((a_png(width, height), "image/png"), (a_jpeg(width, height), "image/jpeg")):
        found = look_at_picture("photo", content)
        assert (found.media_type, found.width, found.height) == (media_type, width, height)


@pytest.mark.parametrize("content", [a_png(), a_jpeg()])
def test_a_picture_that_is_cut_off_anywhere_is_damaged_or_whole_but_never_an_accident(content: bytes) -> None:
    for length in range(8, len(content)):
        try:
            found = look_at_picture("photo", content[:length])
        except DocumentCorrupt:
            continue
        assert (found.width, found.height) == (640, 480)


@given(st.binary(max_size=200))
def test_whatever_follows_a_picture_s_mark_is_looked_at_without_harm(rest: bytes) -> None:
    for mark in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        assert is_picture(mark + rest)
        with contextlib.suppress(DocumentRefused):
            assert look_at_picture("photo", mark + rest).width > 0


@pytest.mark.parametrize("content", [a_png(0, 5), a_png(5, 0), a_jpeg(0, 5), a_png()[:60]])
def test_a_picture_without_a_size_or_an_end_is_damaged(content: bytes) -> None:
    with pytest.raises(DocumentCorrupt):
        look_at_picture("photo", content)


@pytest.mark.parametrize("content", [a_png(30_001, 10), a_png(20_000, 20_000), a_jpeg(40_000, 40_000)])
def test_a_picture_with_too_many_pixels_is_refused(content: bytes) -> None:
    with pytest.raises(TooComplex, match="pixels"):
        look_at_picture("photo", content)


@pytest.mark.parametrize("content", [a_png() + an_archive(), a_jpeg() + an_archive(), a_png() + b"%PDF-1.7"])
def test_a_picture_that_is_something_else_too_is_refused(content: bytes) -> None:
    with pytest.raises(TypeMismatch, match="at once"):
        look_at_picture("photo", content)


@given(st.text(max_size=3_000))
def test_a_preview_is_one_short_line(text: str) -> None:
    preview = preview_of(text)
    assert len(preview) <= 500
    assert "\n" not in preview
