"""Postal addresses: a number beside the words for streets of many languages, post boxes, flats, and postcodes.

An address may go on over the following lines: place, region, postcode, country.

Above: `pii`. Below: `pii_words`, `pii_context`; pure functions.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deskhand.llm.pii_context import before, has_digit
from deskhand.llm.pii_spans import PiiSpan, PiiType
from deskhand.llm.pii_words import CAPITAL, plain

_STREETS_WRITTEN = """
street st avenue ave av road rd lane ln drive dr boulevard blvd court ct square sq place pl terrace ter way highway
hwy close crescent cres grove parade parkway pkwy trail alley gardens mews row walk esplanade quay hill mount gateway
circle cir loop plaza rua via viale vicolo corso piazza piazzale piazzetta largo strada calle carrer camino paseo
avenida avda rue chemin allee impasse quai travessa praca rodovia estrada ul ulica ulice aleja trg cesta utca u ut
utja namesti straat laan plein weg strasse str gasse platz ring gate gata vei veg vej tie katu tee poik mnt puiestee
odos leoforos plateia prospekt pereulok bulvar cadde sokak jalan marg nagar
"""
_STREETS = frozenset(_STREETS_WRITTEN.split())
_BEFORE_THE_NAME_WRITTEN = """
rua via viale vicolo corso piazza piazzale piazzetta largo strada calle carrer camino paseo avenida avda av rue chemin
impasse quai travessa praca rodovia estrada ul ulica ulice aleja trg avenue boulevard allee jalan
"""
_BEFORE_THE_NAME = frozenset(_BEFORE_THE_NAME_WRITTEN.split())
_ENDINGS = (
    "strasse", "str", "gasse", "weg", "platz", "allee", "damm", "ufer", "chaussee", "steig", "gata", "gatan", "vagen",
    "backen", "vej",
    "veien", "vegen", "gade", "gaten", "svingen", "braut", "straeti", "gotu", "gerdi", "tie", "katu", "kuja", "polku",
    "raitti",
    "straat", "laan", "plein", "gracht", "dreef", "kade", "singel", "hof", "stien", "straede", "stien", "alle",
    "hagi", "holt", "tun",
)  # fmt: skip
_UNITS_WRITTEN = """
apt apartment suite ste unit flat wohnung piso appartement app appt lejlighed bolig
"""
_UNITS = frozenset(_UNITS_WRITTEN.split())
_BOXES_WRITTEN = """
box postbox postfach postboks psc apartado postlokero
"""
_BOXES = frozenset(_BOXES_WRITTEN.split())
_POST_OFFICES = frozenset({"po", "p.o"})
_BEFORE_IT = frozenset({"the", "der", "dem", "den", "het", "im", "am", "an", "and", "of", "na"})
_MIN_STEM = 3

_CUE = re.compile(
    r"(?:\b(?:address(?:es)?|adress[ea]?|direcci[oó]n|domicilio|indirizzo|endere[cç]o|adres|cím|lakcím)\b[^.?!]{0,40}"
    r"|\b(?:liv(?:e|es|ed|ing)|resid(?:e|es|ing)|located|based|situated|staying)(?: now)? (?:at|in|on)"
    r"|\b(?:sent?d?|ship(?:ped)?|deliver(?:ed|y)?|mail(?:ed)?|post(?:ed)?|forward(?:ed)?|return|moved?|relocat(?:ed"
    r"|e)|taxi|cab|new one)"
    r"(?: [\w']{1,12}){0,4} to|\b(?:meet|pick|drop)s? (?:\w+ ){0,3}(?:at|from|on)|\b(?:office|offices|restaurant"
    r"|shop|store|house|home|station)"
    r" (?:is|are) (?:at|in|on)|\bstop at|\bwohn(?:e|t|haft)(?: \w+)? in|\bhabite(?: au)?|\bviv[eo] en|\babit[oa] in"
    r"|\bmoro (?:na|em)"
    r"|\b(?:enter|lives|corner) (?:on|of)(?: the corner of)?)[\s:]{0,3}(?:user:\s?)?$"
)
_NUMBER = r"[0-9]{1,6}(?:[-/][0-9]{1,5})?[A-Za-z]?(?![\w])"
_JOINING = (
    r"(?:de|del|della|delle|dei|di|da|do|dos|das|du|des|la|le|les|el|los|las|van|von|der|den|het|ten|ter|zum|zur|am"
    r"|im|an|na|nad"
    r"|pod|of|the|rue|calle|rua|quai|chemin|impasse|avenida|piazza|viale|and|y|e|i|nan|apt|suite|ste|unit|flat|floor"
    r"|u|út|útja|utca|tér|tee|põik|gate|gata|vei|vej|ul|trg"
    r"|ulice|nám|fejedelem"
    r"|street|st|avenue|ave|road|rd|lane|drive|boulevard|court|close|way|square|place|p\.?o)(?:\.(?!\w))?(?![\w'])"
)
_SAINTS = r"(?:(?<=\bSt)|(?<=\bMt)|(?<=\bFt)|(?<=\bDr)|(?<=\bSta))"
_CAPITAL_WORD = (
    rf"(?:P\.\s?O\.|[0-9][A-Z]{{2}}(?!\w)|{CAPITAL}[\w'/-]{{0,40}}"
    rf"(?:(?<=\w\w)\.(?= ?[0-9])|{_SAINTS}\.(?= {CAPITAL})|(?<=\b{CAPITAL})\.(?= ))?)"
)
_ANY_WORD = r"(?:p\.\s?o\.|[^\W\d_][\w'/-]{0,40}\.?(?![^\s,]))"
_GAP = r"(?: ?, ?| {1,2})"


def _run(word: str) -> re.Pattern[str]:
    part = rf"(?:{_NUMBER}|{word}|{_JOINING})"
    return re.compile(rf"(?<![\w@.$€£#/-]){part}(?:{_GAP}{part}){{0,23}}")


_RUN, _LOWER_RUN = _run(_CAPITAL_WORD), _run(_ANY_WORD)
_PART = re.compile(r"[^\s,]+")
_LINE = re.compile(r"[^\n]+")
_JOINED_ON = re.compile(r"(?:[ ,]{1,3}(?:and|the|of|i|y|e|an|am|im|na)){1,3}$")
"""Small words behind an address, which join it to what comes next."""
_MARGIN = re.compile(r"(?=[\s>?|*,])[\s>?|*]*,? ?")
_MAX_LINES, _MAX_LINE_WORDS, _MAX_LINE_DIGITS, _SHORT_LINE = 5, 6, 6, 60
_MAX_APART, _MAX_HOUSE_DIGITS = 4, 4
"""Words between the two numbers of an address, and digits of the second."""

_CORNER = re.compile(
    rf"\b[Tt]he corner of (?:(?:{_NUMBER}|{CAPITAL}[\w'.-]{{0,40}}|{_JOINING}) ){{1,7}}and(?: (?:{_NUMBER}"
    rf"|{CAPITAL}[\w'-]{{0,40}}|ul\.)){{1,5}}"
)
_MILITARY = re.compile(
    r"\b(?:PSC|Unit|CMR|USS|USNS|USNV|USCGC)\s[\w' -]{1,40}(?:,? ?Box [0-9]{1,5})?,?\s{1,3}(?:APO|FPO"
    r"|DPO),? A[AEP],?\s?[0-9]{5}(?:-[0-9]{4})?\b",
    re.IGNORECASE,
)
_AT_A_CORNER, _POST_OFFICE = re.compile("[Cc]orner of "), re.compile(r"\b[AFD]PO\b", re.IGNORECASE)
_ZIP = re.compile(
    r"(?i:\b(?:zip(?: ?code)?|post(?:al)? ?code|postleitzahl|plz|code postal|c[oó]digo postal|cap|cep|postnummer"
    r"|irsz[aá]m)"
    r"(?: is| are| ist| est| es| to|:|=)?[ :]{1,3})(?P<named>[0-9]{3,6}(?:[ -][0-9]{2,4})?"
    r"|(?=\w{0,3}[0-9])[A-Za-z0-9]{2,4}[ -][A-Za-z0-9]{3})(?!\w)"
    r"|(?<!\w)(?P<british>GIR 0AA|[A-PR-UWYZ][A-HK-Y]?[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2})(?!\w)"
    r"|(?<!\w)(?P<canadian>[ABCEGHJ-NPRSTVXY][0-9][A-Z] ?[0-9][A-Z][0-9])(?!\w)"
    r"|(?<=, )[A-Z]{2} (?P<american>[0-9]{5}(?:-[0-9]{4})?)(?![\w-])"
    rf"|\bin (?:{CAPITAL}[\w'-]{{1,30}}|(?:d[aei]l?|am|an der) {CAPITAL}[\w'-]{{1,30}})(?: [\w'-]{{1,20}}){{0,3}}"
    r" (?P<placed>[0-9]{4,5}|[0-9]{3} [0-9]{2})(?= (?:in|for|and)\b|[.,;!?]\s|\s*$)"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def postal_addresses(text: str) -> Iterator[PiiSpan]:
    """Whole addresses where their parts stand together; postcodes that are called so or have a form of their own."""
    for match in _MILITARY.finditer(text) if _POST_OFFICE.search(text) else ():
        yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.STREET_ADDRESS)
    yield from _streets(text)
    for match in _CORNER.finditer(text) if _AT_A_CORNER.search(text) else ():
        yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.STREET_ADDRESS)
    if has_digit(text):
        yield from _postcodes(text)


def _streets(text: str) -> Iterator[PiiSpan]:
    run = _LOWER_RUN if text.islower() else _RUN
    lines = list(_LINE.finditer(text))
    reached = 0
    for place, line in enumerate(lines):
        if line.start() < reached or not has_digit(line[0]):
            continue
        for match in run.finditer(text, line.start(), line.end()):
            start = _begin(match, text, any_case=run is _LOWER_RUN) if has_digit(match[0]) else None
            if start is not None:
                end = match.start() + len(_JOINED_ON.sub("", match[0]))
                reached = _end(text, end, lines[place : place + _MAX_LINES], run)
                yield PiiSpan(start=start, end=reached, type=PiiType.STREET_ADDRESS)


def _postcodes(text: str) -> Iterator[PiiSpan]:
    for match in _ZIP.finditer(text):
        kind = match.lastgroup or ""
        if not (kind == "placed" and _YEAR.fullmatch(match[kind])):
            yield PiiSpan(start=match.start(kind), end=match.end(kind), type=PiiType.ZIP_CODE)


def _begin(run: re.Match[str], text: str, *, any_case: bool) -> int | None:
    """Where in a run of capitals and numbers an address begins; None where there is none."""
    parts = list(_PART.finditer(run[0]))
    words = [plain(part[0]).rstrip(".") for part in parts]
    numbers = [place for place, word in enumerate(words) if word[0].isdigit()]
    if not any(_may_be_a_street(part[0], any_case=any_case) for part in parts):
        return None
    said = before(text, run.start())
    cued = _CUE.search(said) is not None and ("addres" in said or not any_case)
    signs = [place for place in range(len(words)) if _is_sign(words, place)]
    if not signs and not (cued or (not any_case and _is_numbered_twice(words, numbers))):
        return None
    first = next(place for place, word in enumerate(words) if word not in _BEFORE_IT)
    if any_case or not cued:
        first = min([*signs, *(place for place in numbers if place + 1 < len(words))], default=0)
    return run.start() + parts[first].start()


def _may_be_a_street(word: str, *, any_case: bool) -> bool:
    return len(word) >= _MIN_STEM and (word[0].isupper() or (any_case and word[0].isalpha()))


def _is_sign(words: list[str], place: int) -> bool:
    """Whether a word with its neighbours is an address's: "Suite 12", "12 Kings Road", "Rua Nova 12", "Ringweg 4"."""
    word, following = words[place], words[place + 1 : place + 2]
    numbered_behind = bool(following) and following[0][0].isdigit()
    if word in _POST_OFFICES:
        return following[:1] == ["box"]
    if word in _UNITS or word in _BOXES:
        return numbered_behind
    if word in _BEFORE_THE_NAME:
        return any(other[0].isdigit() for other in words[max(0, place - 2) : place] + words[place + 1 : place + 7])
    if word in _STREETS:
        return place > 0 and (numbered_behind or any(other[0].isdigit() for other in words[max(0, place - 4) : place]))
    return (
        numbered_behind
        and word.endswith(_ENDINGS)
        and any(len(word) - len(end) >= _MIN_STEM for end in _ENDINGS if word.endswith(end))
    )


def _is_numbered_twice(words: list[str], numbers: Sequence[int]) -> bool:
    """A number, a street's name and its number: "28245 Puruntie 82"; the two are of different things."""
    return any(
        1 < later - earlier <= _MAX_APART
        and len(words[earlier]) >= _MIN_STEM
        and len(words[later]) <= _MAX_HOUSE_DIGITS
        for earlier, later in pairwise(numbers)
    )  # fmt: skip


def _end(text: str, end: int, lines: Sequence[re.Match[str]], run: re.Pattern[str]) -> int:
    """Where the address ends: the following lines belong to it as long as they hold nothing else."""
    for this, following in pairwise(lines):
        rest = text[end : this.end()].strip(" ,")
        if rest or following.end() - following.start() > _SHORT_LINE or not _goes_on(following, run):
            break
        match = run.match(text, following.start() + _margin(following[0]), following.end())
        end = match.end() if match else end
    return end


def _margin(line: str) -> int:
    """How many signs of quoting and spaces stand before a line."""
    match = _MARGIN.match(line)
    return match.end() if match else 0


def _goes_on(line: re.Match[str], run: re.Pattern[str]) -> bool:
    begin = _margin(line[0])
    match = run.match(line[0], begin)
    if match is None or line[0][match.end() :].strip(" ,.?!)"):
        # What follows on the last line of an address may be another sentence.
        return (
            match is not None and line[0][0] in " ," and line[0][match.end() : match.end() + 1] in ("?", ".", ",", "")
        )
    words = match[0].split()
    if len(words) > _MAX_LINE_WORDS or sum(sign.isdigit() for sign in match[0]) > _MAX_LINE_DIGITS:
        return False
    return begin > 0 or any(sign.isdigit() for sign in match[0]) or match[0].isupper()
