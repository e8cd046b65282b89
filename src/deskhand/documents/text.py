r"""Bytes to clean text. Above: the type check and the readers of text formats; below: only the refusals.

Clean text is NFC, has `\n` line ends, and holds no control characters, no marks that change the direction of
writing and no invisible characters that could carry hidden words.
"""

import codecs
import unicodedata

from charset_normalizer import from_bytes

from deskhand.documents.refusals import TypeMismatch

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 64 * 1024
_MAX_CONTROL_SHARE = 0.01
_FEW_CONTROLS = 2

_NEXT_LINE = 0x85
_NEWLINES = dict.fromkeys((0x0B, 0x0C, _NEXT_LINE, 0x2028, 0x2029), "\n")
_SPACES = dict.fromkeys((0xA0, 0x2007, 0x202F), " ")
_DROPPED: dict[int, None] = dict.fromkeys(
    (
        *(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D)),
        *(code for code in range(0x7F, 0xA0) if code != _NEXT_LINE),
        0xAD,  # soft hyphen
        *(0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),  # zero width
        *range(0x202A, 0x202F),  # direction of writing
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),  # lone surrogates
        *range(0xE0000, 0xE0080),  # tag characters: text that no reader sees
        *(0xFFFE, 0xFFFF),
    )
)
_CLEAN: dict[int, str | None] = {**_DROPPED, **_NEWLINES, **_SPACES}


def clean(text: str) -> str:
    r"""Newlines as `\n`, NFC, without control and invisible characters. Idempotent."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines.translate(_CLEAN))


def decode(name: str, content: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark, `declared`, UTF-8, else what the letters suggest.

    Raises `TypeMismatch` when the bytes are no text.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            text = _strictly(content, encoding)
            if text is None:
                raise TypeMismatch(_not_text(name, f"it is marked as {encoding} but breaks off its rules"))
            return text, encoding
    if b"\x00" in content:
        raise TypeMismatch(_not_text(name, "it holds zero bytes"))
    for encoding in ("utf-8", *([declared] if declared else [])):
        text = _strictly(content, encoding)
        if text is not None:
            return _unless_binary(name, text), encoding
    return _by_letters(name, content)


def _by_letters(name: str, content: bytes) -> tuple[str, str]:
    best = from_bytes(content[:_SAMPLE_BYTES]).best()
    text = _strictly(content, best.encoding) if best else None
    if best is None or text is None:
        raise TypeMismatch(_not_text(name, "its bytes are text in no known encoding"))
    return _unless_binary(name, text), best.encoding


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _unless_binary(name: str, text: str) -> str:
    sample = text[:_SAMPLE_BYTES]
    controls = sum(1 for letter in sample if letter < " " and letter not in "\t\n\r\f\v\x1b")
    if controls > _FEW_CONTROLS + len(sample) * _MAX_CONTROL_SHARE:
        raise TypeMismatch(_not_text(name, "it is full of control characters"))
    return text


def _not_text(name: str, why: str) -> str:
    return (
        f"{name!r} is named as text, but its content is binary data ({why}). "
        "Send the original under its right name, or save it as UTF-8 text."
    )
