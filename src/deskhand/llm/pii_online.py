"""E-mail addresses (also those written around: "ana (at) example dot com"), URLs and IP addresses.

Above: `pii`. Below: `pii_context`; pure functions.
"""

import ipaddress
import re
from collections.abc import Iterator

from deskhand.llm.pii_context import any_of, before, has_any
from deskhand.llm.pii_spans import PiiSpan, PiiType

_DOMAIN = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})"
_EMAIL = re.compile(
    rf"(?<![\w.+%&-])[\w+%&][\w.+%&'-]{{0,63}}@{_DOMAIN}(?![\w@])|\"[^\"@\n]{{1,62}}\"@{_DOMAIN}", re.IGNORECASE
)
_OPEN, _CLOSE = r"\s{0,2}[\[({<]\s{0,2}", r"\s{0,2}[\])}>]\s{0,2}"
_ENDS = "com|org|net|edu|gov|info|biz|io|co|me|eu|us|uk|de|fr|es|it|nl|be|ch|at|pl|pt|br|se|no|dk|fi|ca|au|in|jp|ie"


def _written_around(at: str, dot: str) -> re.Pattern[str]:
    local = rf"(?<![\w.+-])[\w+-]{{1,32}}(?:(?:{dot}|\.)[\w+-]{{1,32}}){{0,3}}"
    return re.compile(rf"{local}{at}[\w-]{{1,63}}(?:{dot}[\w-]{{1,63}}){{0,3}}{dot}(?:{_ENDS})(?!\w)", re.IGNORECASE)


_DOT_WORD = rf"{_OPEN}(?:dot|punkt|\.){_CLOSE}|\s(?:dot|punkt)\s"
_AT_IN_BRACKETS = _written_around(rf"{_OPEN}(?:at|@|ät){_CLOSE}", rf"(?:{_DOT_WORD}|\.)")
_AT_AS_A_WORD = _written_around(r"\s(?:at|@)\s", rf"(?:{_DOT_WORD})")
_BRACKETS = re.compile(r"[\[({<]\s{0,2}(?:at|@|ät)\s{0,2}[\])}>]", re.IGNORECASE)
_DOT_HINTS = ("dot", "punkt", "[.]", "(.)", "{.}")

_URL = re.compile(r"(?<![^\W_])(?:(?:https?|ftps?|wss?|sftp)://|www\d?\.)[^\s<>\[\]\"`]{2,2048}", re.IGNORECASE)
_SURE_ENDS = (
    "com|org|net|edu|gov|info|biz|io|dev|app|shop|store|online|site|xyz|cloud|tech|blog|eu|uk|de|fr|es|nl|ch|pl|pt|br|se|dk"
    "|cz|au|ca|jp|ru|cn|us|ai"
)
_BARE = re.compile(
    rf"(?<![\w.@/\\-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,6}}(?:{_SURE_ENDS})(?![\w@-]"
    rf"|\.\w)(?::\d{{1,5}})?(?:/[^\s<>\[\]\"`]{{0,2048}})?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'*_~|\\"
_PAIRS = {")": "(", "]": "[", "}": "{"}

_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(
    r"(?<![\w:.])(?=[0-9a-f:]{0,4}:)[0-9a-f:]{3,39}(?:(?:\d{1,3}\.){3}\d{1,3})?(?:%\w{1,15})?(?![\w:]|\.[0-9])",
    re.IGNORECASE,
)
_VERSION = any_of(
    "v", "ver", "version", "versions", "release", "build", "firmware", "software", "update", "chapter", "section"
)
_NEAR = 18


def online_data(text: str) -> Iterator[PiiSpan]:
    """Whole addresses; signs that end a sentence are not part of them."""
    lowered = text.lower()
    if "://" in lowered or "www" in lowered:
        yield from _urls(text, _URL)
    if "@" in text:
        yield from _all(_EMAIL, text, PiiType.EMAIL_ADDRESS)
    if _BRACKETS.search(text):
        yield from _all(_AT_IN_BRACKETS, text, PiiType.EMAIL_ADDRESS)
    if has_any(lowered, _DOT_HINTS):
        yield from _all(_AT_AS_A_WORD, text, PiiType.EMAIL_ADDRESS)
    if text.count(".") + text.count(":") > 1:
        yield from _addresses(text)
    if "." in text:
        yield from _urls(text, _BARE)


def _all(pattern: re.Pattern[str], text: str, kind: PiiType) -> Iterator[PiiSpan]:
    for match in pattern.finditer(text):
        yield PiiSpan(start=match.start(), end=match.end(), type=kind)


def _urls(text: str, pattern: re.Pattern[str]) -> Iterator[PiiSpan]:
    for match in pattern.finditer(text):
        yield PiiSpan(start=match.start(), end=match.start() + len(_trimmed(match[0])), type=PiiType.URL)


def _trimmed(url: str) -> str:
    end = len(url)
    opened = {closing: url.count(opening) - url.count(closing) for closing, opening in _PAIRS.items()}
    while end > 1:
        last = url[end - 1]
        if last in opened and opened[last] < 0:
            opened[last] += 1
        elif last not in _TRAILING:
            break
        end -= 1
    return url[:end]


def _addresses(text: str) -> Iterator[PiiSpan]:
    for pattern in (_IP6, _IP4):
        for match in pattern.finditer(text):
            if _is_address(match[0]) and not _VERSION.search(before(text, match.start(), _NEAR)):
                yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.IP_ADDRESS)


def _is_address(written: str) -> bool:
    try:
        address = ipaddress.ip_address(
            ".".join(str(int(part)) for part in written.split(".")) if ":" not in written else written
        )
    except ValueError:
        return False
    return any(map(str.isdigit, written)) and not (address.is_unspecified or address.is_loopback)
