"""How requests for a person are worded: what the learned detector looks at beside the meaning of a message.

Above: `learned.py`. Below: the recogniser in `llm/small_talk.py`; pure functions over text.
"""

import re

from deskhand.escalation.wording_patterns import NEGATED_ABROAD, abroad, patterns
from deskhand.llm.small_talk import asks_for_human

MAX_CHARS = 2_000
"""What is looked at of a message: its beginning and its end, half of it each."""
FEW_WORDS, MANY_WORDS = 3, 15

_QUOTED = re.compile(
    r"\"[^\"\n]{0,300}\"|“[^”\n]{0,300}”|«[^»\n]{0,300}»|„[^“”\n]{0,300}[“”]|(?<!\w)['‘][^'’\n]{1,300}['’](?!\w)"
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+|,\s+(?=(?:but|just|so|please|let|get|give|put|can|could|i)\b)")


def unquoted(text: str) -> str:
    """The message as its writer says it: what it quotes is somebody else's words. At most `MAX_CHARS` of it."""
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS // 2]}\n{text[-MAX_CHARS // 2 :]}"
    return _QUOTED.sub(" … ", text)


def is_plain_request(text: str) -> bool:
    """Whether some sentence asks, in so many words and without negation, to be put through to a person."""
    said = unquoted(text)
    return asks_for_human(said) or asks_abroad(said)


def is_negated(text: str) -> bool:
    """Whether the message turns a person down, and no sentence of it asks for one after all."""
    said = unquoted(text)
    negated = patterns()["negated"]
    sentences = [part for part in _SENTENCE_END.split(said) if part.strip()]
    if not any(negated.search(part) for part in sentences):
        return False
    return not any(_asks(part) for part in sentences if not negated.search(part))


def is_only_reported(text: str) -> bool:
    """Whether all that speaks of a person stands in a quotation."""
    said = unquoted(text)
    person = patterns()["person"]
    return said != text and person.search(text) is not None and person.search(said) is None


def features(text: str) -> tuple[float, ...]:
    """One number for each of `names()`, 0 or 1 mostly; the same text always gives the same."""
    said = unquoted(text)
    found = [float(pattern.search(said) is not None) for pattern in patterns().values()]
    words = len(said.split())
    return (
        float(is_plain_request(text)),
        float(said != text),
        *found,
        float(words <= FEW_WORDS),
        float(words > MANY_WORDS),
    )


def names() -> tuple[str, ...]:
    return ("plain_request", "quotation", *patterns(), "few_words", "many_words")


def _asks(sentence: str) -> bool:
    compiled = patterns()
    return is_plain_request(sentence) or any(compiled[name].search(sentence) for name in _ASKING)


_ASKING = ("contact_person", "route_person", "route_me_to", "give_person", "bare_person", "want_person")


def asks_abroad(text: str) -> bool:
    """Whether a person is asked for in German, French, Spanish, Dutch, Italian or Portuguese."""
    found = abroad().search(text)
    return found is not None and NEGATED_ABROAD.search(text[max(0, found.start() - 30) : found.end() + 10]) is None
