"""Payment cards and bank accounts, told by their checksums, and by what is said before them.

Above: `pii`. Below: `python-stdnum` for Luhn's sum, `pii_context`; pure functions.
"""

import re
from collections.abc import Iterator

from stdnum import luhn

from deskhand.llm.pii_context import any_of, before, has_any, has_long_number, last_at
from deskhand.llm.pii_spans import PiiSpan, PiiType

_CARD = re.compile(r"(?<![\w.,-])[0-9](?:[ .-]?[0-9]){11,18}(?!\w|[ .-][0-9])")
_CARD_WORDS = any_of(
    r"(?:credit|debit|bank|visa)?[ -]?cards?", "visa", "master ?card", "maestro", "amex", "american express",
    "discover", "diners", "jcb", "karte", r"kredit\w*", "carte", "tarjeta", r"cart[aã]o", "carta", "kaart", "karta",
    "pan",
)  # fmt: skip
_OTHER_NUMBERS = any_of(
    "order", "invoice", "tracking", "parcel", "shipment", "ticket", "case", "reference", "ref", "serial", "imei",
    "isbn", "sku", "article", "item", "transaction", "phone", "mobile", "tel", "timestamp", "bestellung", "rechnung",
)  # fmt: skip
_NETWORKS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}(?:\d{3})?|35(?:2[89]|[3-8]\d)\d{12}|(?:2131|1800)\d{11}"
    r"|62\d{14,17}|(?:5018|5020|5038|5[678]\d\d|6304|6759|676[1-3])\d{8,15}|220[0-4]\d{12}"
)
"""Beginnings and lengths of Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro and Mir."""
_MISTYPED_FROM = 13

_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_LENGTHS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
_IBAN_WORDS = any_of("ibans?", "account", "konto", "compte", "cuenta", "conto", "conta", "rekening", "transfer")
_CHECK = 97

_ACCOUNT = re.compile(
    r"\b(?:account|acct|a/c|konto|compte|cuenta|rekening|conto|routing|aba|sort code|bankleitzahl|blz|clabe|bsb)"
    r"(?:[ -]?(?:number|no\.?|nr\.?|num\.?|nummer|num[eé]ro|n[uú]mero|#))?(?: is| are| ist| est| es|:|=|#)?[ :]{0,3}"
    r"([0-9](?:[ -]?[0-9]){5,19})(?!\w|[ -][0-9])",
    re.IGNORECASE,
)

_ACCOUNT_HINTS = (
    "acc", "a/c", "konto", "compte", "cuenta", "rekening", "conto", "routing", "aba", "sort", "bank", "blz", "clabe",
    "bsb",
)  # fmt: skip


def account_data(text: str) -> Iterator[PiiSpan]:
    """Cards, IBANs, and numbers that are called an account's."""
    if not has_long_number(text.upper()):
        return
    yield from _ibans(text)
    yield from _cards(text)
    for match in _ACCOUNT.finditer(text) if has_any(text.lower(), _ACCOUNT_HINTS) else ():
        yield PiiSpan(start=match.start(1), end=match.end(1), type=PiiType.BANK_ACCOUNT)


def _cards(text: str) -> Iterator[PiiSpan]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _is_card(digits, before(text, match.start())):
            yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.CREDIT_CARD)


def _is_card(digits: str, said: str) -> bool:
    called_card, called_other = last_at(_CARD_WORDS, said), last_at(_OTHER_NUMBERS, said)
    if luhn.is_valid(digits) and len(set(digits)) > 1:
        return called_card > called_other or _NETWORKS.fullmatch(digits) is not None
    # A number with a slip of the finger is a customer's card all the same.
    return called_card > called_other and len(digits) >= _MISTYPED_FROM


def _ibans(text: str) -> Iterator[PiiSpan]:
    at = 0
    while match := _IBAN.search(text, at):
        end = _end_of(match[0], _IBAN_LENGTHS.get(match[0][:2].upper(), 0))
        at = match.start() + (end or 1)
        if end and _is_iban(match[0][:end], before(text, match.start())):
            yield PiiSpan(start=match.start(), end=match.start() + end, type=PiiType.IBAN_CODE)


def _end_of(written: str, length: int) -> int:
    """Where so many letters and digits end; 0 where there are fewer, or where a word goes on."""
    if not length:
        return 0
    count = 0
    for place, sign in enumerate(written, start=1):
        count += sign.isalnum()
        if count == length:
            return 0 if written[place : place + 1].isalnum() else place
    return 0


def _is_iban(written: str, said: str) -> bool:
    number = re.sub(r"[ -]", "", written).upper()
    turned = number[4:] + number[:4]
    if int("".join(str(int(sign, 36)) for sign in turned)) % _CHECK == 1:
        return True
    return _IBAN_WORDS.search(said) is not None
