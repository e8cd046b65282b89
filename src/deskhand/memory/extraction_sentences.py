"""Which sentences of a message can say something of its sender, and up to where. Below: `kit/sentences`.

A sentence is read with its quotations blanked out, so that places in it stay the same. Lines that quote another
message, code, and what follows the head of a forwarded message are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deskhand.kit.sentences import split_sentences

MAX_CHARS = 8_000
MAX_SENTENCES = 60
MAX_SENTENCE = 600

_FORWARDED = re.compile(
    r"^(?:-{2,}\s{0,3}(?:original|forwarded) message|On .{4,120} wrote:\s*$|From: .{1,200}$|begin forwarded message)",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]{0,3}(?:>|\|).*$", re.MULTILINE)
_SHORT_LINE = re.compile(r"^([^\n]{1,59})\n", re.MULTILINE)
"""A line that was ended on purpose, not where an e-mail was wrapped: what follows is another sentence."""
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTATION = re.compile(
    r"\"[^\"]{1,400}\"|“[^”]{1,400}”|«[^»]{1,400}»|„[^“”]{1,400}[“”]|(?<!\w)[‘'][^’'\n]{1,400}[’'](?!\w)"
)
_ORDERS_THE_AGENT = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instructions?|rules?|previous|above|everything)\b"
    r"|\b(?:remember|note|memori[sz]e|store|save|keep in mind|from now on|always|never)\b.{0,40}\byou\b.{0,20}"
    r"\b(?:must|should|have to|need to|will|shall|are|can|may|owe|agreed|promised)\b"
    r"|\byou (?:must|shall|are (?:now|allowed|required|authori[sz]ed|obliged))\b"
    r"|\b(?:system|developer) (?:prompt|message|instruction)|\bnew (?:rule|instruction|policy)\b"
    r"|\b(?:set|change|raise) (?:the |its |your )?(?:importance|priority of this memory|memory type)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|suppose|supposing|imagine|unless|pretend|assume|assuming|let's say|for example|for instance"
    r"|e\.g\.?|hypothetically|what happens when|in case|as though|wish|example:)(?=\W|$)",
    re.IGNORECASE,
)
_OTHERS_SAY = re.compile(
    r"(?<!\bi )(?<!\bjust )(?<!\balready )\b(?:said|says|say|saying|told|tells|wrote|writes|written|claims?|claimed"
    r"|thinks?|thought|believes?|according to|shows?|lists?|listed|reads|states?|stated|insists?|addressed me"
    r"|called me|calls me|calling me|addresses me|asked|asks)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not true|isn't true|never said|not saying|didn't say|did not say|don't believe|no longer|not the case"
    r"|used to|would never|it's false|doesn't mean|mistakenly|wrongly|incorrectly)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:wrong|incorrect|misspelled|misspelt|a mistake|not (?:right|true|correct|mine)|isn't (?:right|true|mine)"
    r"|is not (?:right|true|mine)|just kidding|no longer|any ?more|until (?:last|recently))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence as it stands there, and `plain`, in which what is quoted is blank."""

    text: str
    plain: str

    @property
    def asks(self) -> bool:
        return self.text.rstrip(" \"'”)").endswith("?")

    def holds(self, start: int, end: int) -> bool:
        """Whether what stands from `start` to `end` is said by the sender, of now, and meant."""
        before, after = self.plain[:start], self.plain[end:]
        return not (
            _SUPPOSED.search(before)
            or _OTHERS_SAY.search(before)
            or _DENIED.search(before)
            or _TAKEN_BACK.search(after)
        )


def sentences_of(text: str) -> Iterator[Sentence]:
    """The sentences that can say something, those that give the agent orders left out."""
    text = text[:MAX_CHARS].replace("’", "'")
    forwarded = _FORWARDED.search(text)
    if forwarded is not None:
        text = text[: forwarded.start()]
    text = _QUOTED_LINE.sub(" ", _CODE.sub(" ", text))
    for sentence in split_sentences(_SHORT_LINE.sub(r"\1\n\n", text))[:MAX_SENTENCES]:
        cut = sentence[:MAX_SENTENCE]
        plain = _QUOTATION.sub(lambda quoted: " " * len(quoted[0]), cut)
        if not orders_the_agent(plain):
            yield Sentence(text=cut, plain=plain)


def orders_the_agent(text: str) -> bool:
    """Whether it tells the agent what to do, rather than something of the customer."""
    return _ORDERS_THE_AGENT.search(text) is not None
