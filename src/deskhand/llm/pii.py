"""Personal data and secrets in a text: where they stand, and the text without them.

Structured kinds (addresses on the net, telephone, card and account numbers, numbers of the state, secrets) are told by
form, checksum and the words around; names and postal addresses by cues, as far as that goes offline.

Above: whoever stores or shows what people wrote. Below: `pii_*`; pure functions, in time linear in the text. They burn
CPU: well below a millisecond for a message; leave the event loop for whole documents.
"""

from collections.abc import Iterator

from deskhand.llm.pii_accounts import account_data
from deskhand.llm.pii_addresses import postal_addresses
from deskhand.llm.pii_folding import Folded, fold
from deskhand.llm.pii_ids import personal_numbers
from deskhand.llm.pii_names import names
from deskhand.llm.pii_online import online_data
from deskhand.llm.pii_phones import phone_numbers
from deskhand.llm.pii_secrets import secrets
from deskhand.llm.pii_spans import PiiSpan, PiiType, Recogniser

__all__ = ["PiiSpan", "PiiType", "find_pii", "redacted"]

_RECOGNISERS: tuple[Recogniser, ...] = (
    secrets,
    online_data,
    account_data,
    personal_numbers,
    postal_addresses,
    phone_numbers,
    names,
)
"""The surest first: where two find something in the same place, the first has it."""


def find_pii(text: str) -> tuple[PiiSpan, ...]:
    """What the text tells about persons, and its secrets, in the order in which they stand there; no two overlap."""
    folded = fold(text)
    found = sorted(_apart(folded.text), key=lambda span: span.start)
    return tuple(_unfolded(folded, span) for span in found)


def redacted(text: str) -> str:
    """The text with a placeholder of its kind for each piece: "Write to <EMAIL_ADDRESS>"."""
    parts, at = [], 0
    for span in find_pii(text):
        parts += [text[at : span.start], f"<{span.type}>"]
        at = span.end
    return "".join([*parts, text[at:]])


def _apart(text: str) -> Iterator[PiiSpan]:
    taken = bytearray(len(text))
    for recognise in _RECOGNISERS:
        for span in recognise(text):
            if taken.find(1, span.start, span.end) < 0:
                taken[span.start : span.end] = b"\1" * (span.end - span.start)
                yield span


def _unfolded(folded: Folded, span: PiiSpan) -> PiiSpan:
    start, end = folded.original(span.start, span.end)
    return PiiSpan(start=start, end=end, type=span.type)
