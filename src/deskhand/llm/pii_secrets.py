"""Keys, tokens, passwords and PINs: what opens a door must not stand in a record.

Above: `pii`. Below: `pii_context`; pure functions.
"""

import re
from collections.abc import Iterator

from deskhand.llm.pii_context import has_any, has_digit
from deskhand.llm.pii_spans import PiiSpan, PiiType

_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,256}"
    r"|sk-[A-Za-z0-9_-]{16,256}|dk_[A-Za-z0-9_-]{16,256}|whsec_[A-Za-z0-9+/=]{16,256}"
    r"|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,512}"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{16,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"
    r"|hf_[A-Za-z0-9]{20,64}|npm_[A-Za-z0-9]{30,64}|pypi-[A-Za-z0-9_-]{30,512}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{24,64}"
    r"|eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}(?:\.[A-Za-z0-9_-]{0,4096}){1,3}"
    r")"
)
_KEY_HINT = re.compile(r"_|-|AKIA|ASIA|AROA|AIDA|AIza|eyJ|SG\.|ya29")
_BLOCK = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)", re.DOTALL
)
_BLOCK_HINT = "-----BEGIN "

_NAMES = (
    r"pass(?:word|wort|code|phrase|wd|wort)|pwd|mot de passe|contrase[nñ]a|senha|has[lł]o|wachtwoord|parola d'ordine"
    r"|l[oö]senord"
    r"|kennwort|api[ _-]?key|api[ _-]?token|access[ _-]?token|auth[ _-]?token|bearer[ _-]?token"
    r"|secret(?:[ _-](?:access[ _-])?key)?"
    r"|client[ _-]secret|private[ _-]key"
)
_GIVEN = re.compile(
    rf"(?<![^\W_])(?:{_NAMES})(?:[ _-](?:for|to|of) [\w.@-]{{1,40}}(?: [\w.@-]{{1,40}})?)?\s{{0,2}}"
    r"(?P<link>[:=]{1,2}|->|=>|\bis now\b|\bis set to\b|\bis\b|\bwas\b|\bist\b|\best\b|\bes\b|\bto\b)(?:[ \t]{0,3}"
    r"|(?<=:)\s{0,3})"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\n\"'`]{1,128})(?=(?P=quote))|(?P<value>[^\s\"'`]{4,256}))",
    re.IGNORECASE,
)
_ORDINARY = re.compile(
    r"[^\W\d_]+(?:-[^\W\d_]+)*[.,;:!?)]*|[^\w]+|<[^>]*>?|\[[^\]]*\]?|\*+|https?://.*|[^@\s]+@[^@\s]+\.\w+"
)
"""A word as any other: after "password is" it tells how the password is ("not working"), unless it is quoted."""
_AUTHORIZATION = re.compile(
    r"(?<!\w)(?:authorization\s{0,2}[:=]\s{0,2})?(?:bearer|basic)\s{1,3}([A-Za-z0-9._~+/=-]{16,4096})", re.IGNORECASE
)
_DIGITS = re.compile(
    r"(?<!\w)(?:cvv2?|cvc2?|csc|cv2|security code|card code|pin(?:[ -]?code| number)?|puk|otp|tan"
    r"|(?:verification|confirmation|one[ -]time|login|sign[ -]in|access|sms|2fa|mfa|auth(?:entication)?) (?:pass)?code)"
    r"(?: number)?(?: you sent(?: me)?)?\s{0,2}(?:[:=#]|is|was|ist|est|es)?\s{0,3}([0-9]{3,8})(?![\w-]|[.,][0-9])",
    re.IGNORECASE,
)
_NAME_HINTS = (
    "pass", "pwd", "contrase", "senha", "haslo", "hasło", "wachtwoord", "parola", "senord", "kennwort", "key",
    "token", "secret",
)  # fmt: skip
_SCHEMES = ("bearer", "basic")
_DIGITS_HINTS = ("cv", "csc", "code", "pin", "puk", "otp", "tan")
_TRAILING = ".,;:!?)]}"
_SIGNS = ":="


def secrets(text: str) -> Iterator[PiiSpan]:
    """What was given away, without the words that introduce it."""
    if _BLOCK_HINT in text:
        for match in _BLOCK.finditer(text):
            yield _secret(match.start(), match.end())
    if _KEY_HINT.search(text):
        for match in _KEY.finditer(text):
            yield _secret(match.start(), match.end())
    lowered = text.lower()
    for match in _GIVEN.finditer(text) if has_any(lowered, _NAME_HINTS) else ():
        kind = match.lastgroup or ""
        value = match[kind].rstrip("" if match["quote"] else _TRAILING)
        if value and _is_given(match, value):
            yield _secret(match.start(kind), match.start(kind) + len(value))
    for match in _AUTHORIZATION.finditer(text) if has_any(lowered, _SCHEMES) else ():
        yield _secret(match.start(1), match.end(1))
    for match in _DIGITS.finditer(text) if has_digit(text) and has_any(lowered, _DIGITS_HINTS) else ():
        yield _secret(match.start(1), match.end(1))


def _is_given(match: re.Match[str], value: str) -> bool:
    if match["quote"] or match["link"][0] in _SIGNS:
        return not value.startswith(("<", "[", "*"))
    return _ORDINARY.fullmatch(value) is None


def _secret(start: int, end: int) -> PiiSpan:
    return PiiSpan(start=start, end=end, type=PiiType.SECRET)
