"""The words by which `questions` tells asking from telling, and a follow-up from a question of its own.

Above: `questions`. Below: nothing. Every pattern is anchored or bounded, so that matching is linear.
"""

import re

_WH = r"(?:(?:what|when|where|who|how)(?:['’]?s)?|whom|whose|which|why)"
_AUX = (
    r"(?:can|could|may|might|shall|should|will|would|do|does|did|is|are|was|were|am|has|have|had|must"
    r"|(?:is|are|do|does|ca|wo|could|should|did|would)n['’]?t)"
)
_SUBJECT = (
    r"(?:i|you|we|it|they|he|she|there|the|an?|my|your|our|this|that|these|those|any|anyone|someone|every|all|some|each"
    r"|both|one|[a-z][\w-]*s|[A-Z][\w-]*)"
)
_LINKS = (
    r"(?:(?:and|also|but|so|or|then|ok|okay|well|now|plus|additionally|furthermore|first(?:ly)?|second(?:ly)?|third"
    r"|finally|lastly|next|another\s+question|one\s+more\s+thing|btw|by\s+the\s+way|please|pls)[\s,:-]+)*"
)
_TELL_ME = (
    r"(?:tell|explain|show|let|give|send|describe|list|help|advise|guide|clarify|confirm|walk|point)\s+(?:me|us)\b"
    r"|(?:explain|describe|clarify|confirm|advise|list)\b"
)
_I_WONDER = (
    r"i(?:['’]?d|\s+would)?\s+(?:like|love|want|need|wish|wonder|(?:am|was)\s+wondering|am\s+(?:trying|looking|unsure"
    r"|not\s+sure)|was\s+hoping|have\s+to|(?:do\s+not|don['’]?t)\s+know|can(?:no|['’]?)t\s+find)\b"
    r"|i['’]?m\s+(?:trying|wondering|looking|unsure|not\s+sure|curious|interested)\b"
    r"|(?:wondering|curious|looking\s+for|trying\s+to|(?:need|want)\s+to\s+know|any\s+(?:idea|chance|way)|(?:what|how)\s+about"
    r"|no\s+idea|not\s+sure)\b"
)

ASKS = re.compile(
    rf"^{_LINKS}(?:{_WH}\b|{_AUX}\s+(?:not\s+)?{_SUBJECT}\b|(?:please\s+)?(?:{_TELL_ME})|{_I_WONDER})", re.IGNORECASE
)
"""Beginnings of a sentence that asks, with or without a question mark."""

ASKS_DIRECTLY = re.compile(
    rf"^(?:and\s+|also\s+)?(?:{_WH}|{_AUX}\s+(?:i|you|we|it)|(?:please\s+)?(?:tell|explain|describe|let))\b",
    re.IGNORECASE,
)
"""Those that ask even beside sentences with a question mark."""

NUMBERED = re.compile(r"(?:^|(?<=[\s?.!:;]))\(?(?:\d{1,2}|[a-e])[.)]\s+(?=\S)", re.IGNORECASE)
BULLET = re.compile(r"^\s*[-*•–]\s+")
BREAK = re.compile(r"(?<=[?!])[\"'”)]{0,3}\s+|(?<=[a-z0-9)\"'”%][.;])\s+(?=\S)|(?<=…)\s+", re.IGNORECASE)
"""Where a sentence ends."""

CONNECTED = re.compile(
    r"[,;]?\s+(?:and|also|plus|but|or)\s+(?:(?:also|then|if\s+so|if\s+not|please|secondly|finally)[\s,]+){0,3}"
    rf"(?={_WH}\b|(?:can|could|do|does|is|are|will|should|may)\s+(?:i|you|we|it|they|there|the|my|your)\b)",
    re.IGNORECASE,
)
"""Where, within a sentence that asks, the next question begins."""

GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|greetings|hallo|bonjour|hola|ciao|moin)\b"
    r"(?:\s+(?:there|all|everyone|team|support|guys|folks|sir|madam|sirs|(?-i:[A-Z])[\w-]*(?=\s*[,!.])))*\s*[,!.:–-]*\s*)+",
    re.IGNORECASE,
)
COURTESY = re.compile(
    r"^(?:(?:many\s+)?(?:thanks?|thx)\b|thank\s+you|cheers\b|regards\b|(?:kind|best|warm)\s+(?:regards|wishes)|sincerely|yours\b"
    r"|(?:i\s+)?hope\s+(?:you|this)|have\s+a\s+(?:nice|good|great)|looking\s+forward|sorry\s+(?:for|to)"
    r"|i\s+have\s+(?:an?|some|two|three|a\s+few|a\s+couple\s+of)\s+(?:quick\s+)?questions?|(?:a\s+)?quick\s+question"
    r"|can\s+(?:i|you)\s+(?:ask|help)(?:\s+(?:you|me|with))?(?:\s+(?:a\s+question|something))?\s*\??$|please\s+help"
    r"|how\s+are\s+you|(?:much\s+)?appreciate|that['’]?s\s+(?:all|it)|(?:ok(?:ay)?|yes|no|great)\b\s*[.!,]*$)",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"[\s,;–-]*(?:\b(?:(?:many\s+)?thanks?(?:\s+(?:you|a\s+lot|so\s+much|in\s+advance|very\s+much)){0,3}|thx|please|pls"
    r"|cheers)\b[\s,.!]*){1,4}$",
    re.IGNORECASE,
)
OPENER = re.compile(
    r"^(?:and\s+also|also|and|but|so|plus|additionally|ok(?:ay)?|well|then|or|btw|by\s+the\s+way)\b[\s,:-]+(?=\S)",
    re.IGNORECASE,
)

ELLIPSIS = re.compile(
    r"^(?:(?:ok(?:ay)?|and|but|so|then)[\s,]+){0,3}(?:what|how)\s+about\b"
    r"|^(?:(?:and|but|or|also)\s+)?(?:for|with|without|in|on|to|from|at|if|when|after|before|by)\s"
    r"|^(?:and|but|or|also|same)\s+(?:the|my|an?|your|for|with)\b"
    rf"|^(?:and|but|or)\s+(?:also\s+|maybe\s+)?(?!{_WH}\b|{_AUX}\b)[\w-]+(?:\s+[\w-]+){{0,3}}\s*[?!.]*$",
    re.IGNORECASE,
)
"""Beginnings of half a question that continues the one before."""

ADDED = re.compile(
    r"\b(?:too|as\s+well|either)\s*[?!.]*$"
    r"|\b(?:cheaper|faster|quicker|better|lighter|bigger|smaller|larger|longer|shorter|easier|heavier|more\s+expensive)\s*[?!.]*$",
    re.IGNORECASE,
)
"""Endings of a question that compares with something said before."""

WHOLE = re.compile(
    rf"\b{_WH}\b.{{0,200}}\b{_AUX}\s+(?:i|you|we|my|the|an?)\b|^(?:and\s+|but\s+)?{_AUX}\s+(?:i|you|we|the)\b.*\b(?:an?|the|my)\s+\w+",
    re.IGNORECASE,
)
"""A question with a verb and a subject of its own."""

DEFINITE = re.compile(
    r"^\W*(?:and\s+)?(?:what|how|which|when|where)\b.{0,80}\b(?:the|its|their)\s+\w|\bdo\s+i\s+need\b", re.IGNORECASE
)
"""Asks of something that must have been named: "how much is the deposit", "what papers do I need"."""

HAS_SUBJECT = re.compile(r"\b(?:your|you|my|our)\s+\w+s\b", re.IGNORECASE)

_BARE = """
applies apply available charge cheaper cost costs deadline detail details difference do does else exactly example
fee fees free happen happens included info information limit mean means more need needs new next old other others
pay possible price prices pricing problem reason required step steps sure take takes time way ways work works
"""
BARE_WORDS = frozenset(_BARE.split())
"""Words that ask something of a topic and name none."""

PRONOUN = re.compile(
    r"\b(?:it|they|them|their|its|those|these|this|that|ones?|such|the\s+(?:same|others?|latter|former|first|second)"
    r"(?:\s+one)?)\b",
    re.IGNORECASE,
)
VERB = re.compile(
    rf"\b(?:{_AUX}\s+)?(?:i|we|you|they|to|not|one)\s+(?:(?:also|still|really|just|have\s+to|need\s+to|get\s+to)\s+)?\w+",
    re.IGNORECASE,
)
"""Subject and verb: what stands before a pronoun without naming anything it could stand for."""

_IT_IS = r"(?:is|was|would|will|does|did|can|could|isn['’]?t|wouldn['’]?t)\s+it\s+(?:be\s+|not\s+)?"
EXPLETIVE = re.compile(
    rf"\b{_IT_IS}(?:possible|cost|take|necessary|mandatory|required|safe|ok(?:ay)?|allowed|legal|true|normal|worth|better|easy"
    r"|hard|an?\s+problem)\s+(?:to|for|if|when|that)\b"
    rf"|\b{_IT_IS}(?:possible|necessary|mandatory|allowed|legal|normal)\b"
    r"|\bhow\s+(?:long|much|far|many\s+\w+)\s+(?:does|will|would|do|did)\s+it\s+(?:usually\s+|normally\s+|typically\s+)?"
    r"(?:cost|take)s?\s+(?:for|me|us|you|before|until|to)\b"
    r"|\bit\s+(?:costs?|takes?)\s+to\b"
    r"|\b(?:so|such|now|given|provided|sure|know|say|said|says|told|think|see|mean|means|true|noticed?|heard|read|hope|saw)"
    r"\s+that\b"
    r"|\bthis\s+(?:week|month|year|morning|evening|afternoon|time|weekend|summer|winter|spring|autumn)\b"
    r"|\bthat\s+(?:i|you|we|is|are|was|were|has|have|can|does|do|will)\b"
    r"|\bone\s+(?:of|day|week|month|year|hour)\b|\b(?:an?|no|any|every|some|each|only|\d+)\s+ones?\b|\bthese\s+days\b",
    re.IGNORECASE,
)
"""Pronouns that stand for nothing said before: "is it possible to", "how long does it take to", "this week"."""
