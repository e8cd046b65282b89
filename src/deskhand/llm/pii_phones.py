"""Telephone numbers: told from order numbers, dates and prices by form, country's plan and the words around.

Above: `pii`. Below: `phonenumbers`, `pii_context`; pure functions.
"""

import re
from collections.abc import Iterator

import phonenumbers

from deskhand.llm.pii_context import after, any_of, before, has_long_number, last_at
from deskhand.llm.pii_spans import PiiSpan, PiiType

_CANDIDATE = re.compile(
    r"(?<![\w./$€£¥#+])(?<![0-9][,:])(?<!\w-)(?:\+ ?|00 ?)?(?:\([+0-9]{1,5}\)[ .-]?)?[0-9](?:[ .\-/]{0,3}\(?[0-9]\)?"
    r"|[ ]?\([0-9]{1,4}\)[ .-]?(?=[0-9])){5,15}"
    r"(?: ?(?:x|ext\.?|extension|durchwahl) ?[0-9]{1,6})?(?![\w%€$£°]|[,:/.][0-9]| ?(?:€|\$|£|%|(?:eur|usd|gbp"
    r"|euros?|dollars?|pounds?)\b))",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}([-./ ])[0-9]{1,2}\1[0-9]{1,2}(?:[ T]?[0-9]{1,2})?|[0-9]{1,2}([-./ ])[0-9]{1,2}\2(?:19"
    r"|20)[0-9]{2}(?: [0-9]{1,2})?"
    r"|(?:[0-2][0-9][0-5][0-9]|[0-2]?[0-9][. ][0-5][0-9]) ?- ?(?:[0-2][0-9][0-5][0-9]|[0-2]?[0-9][. ][0-5][0-9])"
    r"|[0-9]{1,3}(?:[ .][0-9]{3})*[ .]000"
    r"|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}|(?:19|20)[0-9]{2} ?[-/] ?(?:19|20)[0-9]{2}|(?:19|20)[0-9]{6}"
)
_ITS_NUMBER = r"(?:[ -](?:number|num|no|nr|id|code))?\.?(?: is)?:?"
_CALLED = any_of(
    r"(?:tele|cell(?:ular)?[ -]?|smart)?phones?", "tel", "t[eé]l[eé]fono?", "t[eé]l[eé]phone", "telefonnummer",
    "t[eé]l", "mobiles?", "cell", "mob", "fax", "call(?:ed|ing|s)?", "ring", "rang", "dial(?:l?ed|l?ing)?",
    "text(?:ed|ing|s)?", "sms", "whats ?app", "viber", "reach(?:ed|able)?", "contact(?:ed)?",
    r"messages?(?: \w+)? (?:to|at|on|from)", r"answer(?:ed|ing)?(?: \w+)? (?:at|on)", "desk", "office", "hotline",
    "landline", "voicemail", r"handy(?:nummer)?", "anrufen", "ruf", r"r[uü]ckruf(?:nummer)?", "m[oó]vil", "celular",
    "portable", "appelez", "appeler", "ll[aá]m(?:ar?|ame|eme)", "cellulare", "telem[oó]vel", "telefoon", "mobil",
    "puhelin", "telefono", "telefon", "registered", r"my number(?: is)?", r"number is", "number:", "number's", "t:",
    "m:", "p:", "ph", "extension", "switchboard", "caller",
)  # fmt: skip
_CALLED_OTHERWISE = any_of(
    "orders?", r"order[ -]?(?:number|no|id)", "invoices?", "tracking", "parcel", "shipment", "tickets?", "case",
    "references?", "ref", "serial", "imei", "isbn", "ean", "sku", "article", "item", "product", "part", "model",
    "transactions?", "cards?", "iban", "account", "policy", "contract", "customer (?:number|no|id)", "version", "id",
    "zip", "postcode", "amount", "price", "total", "costs?", "paid", "date", "born", "ssn", "security", "passport",
    "licen[cs]e", "tax", "vat", "bestellung", "bestellnummer", "rechnung", "rechnungsnummer", "kundennummer",
    "commande", "facture", "pedido", "factura", "ordine", "fattura", "coupon", "voucher", "code", "claim", "booking",
    "reservation", "barcode", "meter", "build", "error", "pin", "password", "box", "apt", "suite", "unit",
    tail=_ITS_NUMBER,
)  # fmt: skip
_CALLED_BEHIND = re.compile(
    r"^[\s(,:-]{0,3}(?:\\,)?(?:office|fax|mobile|cell|home|work|desk|tel\b|phone|handy|mobil\b|direct|whatsapp)"
)
_NORTH_AMERICAN = re.compile(
    r"(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}([ .-]))[2-9][0-9]{2}[ .-][0-9]{4}(?: ?(?:x|ext).*)?",
    re.IGNORECASE,
)
_REGIONS = ("US", "GB", "FR", "DE", "ES", "IT", "NL", "CH", "AU", "IN")
"""Whose plans a number without its country and without a word about it is looked up in."""
_MIN_DIGITS, _MAX_DIGITS = 6, 15
_MIN_INTERNATIONAL, _MIN_UNCALLED = 8, 9


def phone_numbers(text: str) -> Iterator[PiiSpan]:
    """Numbers that somebody can be called on, with their extension."""
    for match in _CANDIDATE.finditer(text) if has_long_number(text) else ():
        if _is_phone(match, text):
            yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.PHONE_NUMBER)


def _is_phone(match: re.Match[str], text: str) -> bool:
    written = match[0]
    number = re.split(r"[xXeEdD]", written, maxsplit=1)[0]
    digits = re.sub(r"\D", "", number)
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS + 2 * written.startswith("00") or _DATE.fullmatch(number.strip()):
        return False
    if written.startswith("+"):
        return len(digits) >= _MIN_INTERNATIONAL
    if _CALLED_BEHIND.match(after(text, match.end())):
        return True
    said = before(text, match.start())
    called, otherwise = last_at(_CALLED, said), last_at(_CALLED_OTHERWISE, said)
    if called < 0 and otherwise < 0:
        return _looks_like_one(written, digits)
    return called > otherwise


def _looks_like_one(written: str, digits: str) -> bool:
    """Without a word about it: grouped as telephone numbers are, and of some country's plan."""
    if _NORTH_AMERICAN.fullmatch(written):
        return True
    if len(digits) < _MIN_UNCALLED or not written.startswith(("0", "(0")):
        return False
    if written.startswith("00"):
        return _is_valid("+" + digits[2:], None)
    return any(_is_valid(digits, region) for region in _REGIONS)


def _is_valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
