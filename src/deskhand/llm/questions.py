"""What a customer's message asks: its questions one by one, each so that it can be looked up alone.

Above: turns (looks each question up), the offline model (answers each). Below: `offline_words`; pure functions.

A question comes back as written; where it needs words from elsewhere (the background story, the
question before), those stand in front as sentences of their own, so that the last sentence of
what is returned is always the asking one: "I have a Kestrel Trail. How long is the warranty?"
`asking_part` and `context_part` take that apart again.
"""

import re
from collections.abc import Sequence

from deskhand.llm.offline_words import STOP_WORDS, content_terms, is_identifier, tokens

MAX_QUESTIONS = 5
MAX_LENGTH = 20_000
"""Characters of a message that are read; more is no question but a pasted document."""
MAX_BACKGROUND_WORDS = 30
MAX_TOPIC_WORDS = 14
_SHORT = 4

_WH = r"(?:what(?:['’]?s)?|when(?:['’]?s)?|where(?:['’]?s)?|who(?:['’]?s)?|whom|whose|which|why|how(?:['’]?s)?)"
_AUX = r"(?:can|could|may|might|shall|should|will|would|do|does|did|is|are|was|were|am|has|have|had|isn['’]?t|aren['’]?t|don['’]?t|doesn['’]?t|can['’]?t|won['’]?t|couldn['’]?t|shouldn['’]?t|didn['’]?t|must)"
_SUBJECT = r"(?:i|you|we|it|they|he|she|there|the|a|an|my|your|our|this|that|these|those|any|anyone|someone|every|all|some|each|both|one|[a-z][\w-]*s|[A-Z][\w-]*)"
_ASKS = re.compile(
    rf"^(?:(?:and|also|but|so|or|then|ok|okay|well|now|plus|additionally|furthermore|secondly|firstly|first|second|third|finally|lastly|next|another\s+question|one\s+more\s+thing|btw|by\s+the\s+way|please|pls|hi|hello|hey)[\s,:-]+)*"
    rf"(?:{_WH}\b|{_AUX}\s+(?:not\s+)?{_SUBJECT}\b|(?:please\s+)?(?:tell|explain|show|let|give|send|describe|list|help|advise|guide|clarify|confirm|walk|point)\s+(?:me|us)\b"
    r"|(?:please\s+)?(?:explain|describe|clarify|confirm|advise|list)\b"
    r"|i(?:['’]?d|\s+would)?\s+(?:like|love|want|need|wish|am\s+trying|was\s+wondering|wonder|am\s+wondering|have\s+to|do\s+not\s+know|don['’]?t\s+know|can['’]?t\s+find|cannot\s+find|am\s+looking|was\s+hoping|am\s+unsure|am\s+not\s+sure)\b"
    r"|i['’]?m\s+(?:trying|wondering|looking|unsure|not\s+sure|curious|interested)\b"
    r"|(?:wondering|curious|looking\s+for|trying\s+to|need\s+to\s+know|want\s+to\s+know|any\s+(?:idea|chance|way)|is\s+it|what\s+about|how\s+about|no\s+idea|not\s+sure)\b)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|(?<=[\s?.!:;]))\(?(?:\d{1,2}|[a-e])[.)]\s+(?=\S)", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-*•–]\s+")
_BREAK = re.compile(r"(?<=[?!])[\"'”)]*\s+|(?<=[a-z0-9)\"'”%][.;])\s+(?=\S)|(?<=…)\s+|\s*\n+\s*", re.IGNORECASE)
_CONNECTED = re.compile(
    rf"[,;]?\s+(?:and|also|plus|but|or)\s+(?:(?:also|then|if\s+so|if\s+not|please|secondly|finally)[\s,]+)*(?={_WH}\b(?!\s+(?:i|we|you|it|they|the\s+\w+\s+(?:is|are|was))\b)|{_WH}\s+(?:long|much|many|often|far|do|does|can|is|are|should|will|would|about|to)\b|(?:can|could|do|does|is|are|will|should|may)\s+(?:i|you|we|it|they|there|the|my|your)\b)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|greetings|hallo|bonjour|hola|ciao|moin)\b(?:\s+(?:there|all|everyone|team|support|guys|folks|sir|madam|sirs|[A-Z][\w-]*))*(?:\s+(?:team|support))?\s*[,!.:–-]*\s*)+",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^(?:many\s+|thanks?\b|thank\s+you|thx|cheers|regards|(?:kind|best|warm)\s+(?:regards|wishes)|sincerely|yours|hope\s+(?:you|this)|i\s+hope\s+(?:you|this)|have\s+a\s+(?:nice|good|great)|looking\s+forward|sorry\s+(?:for|to)|i\s+have\s+(?:a|some|two|three|a\s+few|a\s+couple\s+of)\s+(?:quick\s+)?questions?|(?:a\s+)?quick\s+question|can\s+(?:i|you)\s+(?:ask|help)(?:\s+(?:you|me|with))?(?:\s+(?:a\s+question|something))?\s*\??$|please\s+help|how\s+are\s+you|appreciate|much\s+appreciated|that['’]?s\s+(?:all|it)|ok(?:ay)?\b\s*[.!,]*$|yes\b\s*[.!,]*$|no\b\s*[.!,]*$|great\b\s*[.!,]*$)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,;–-]*(?:\b(?:thanks?(?:\s+(?:you|a\s+lot|so\s+much|in\s+advance|very\s+much))*|thx|please|pls|cheers|many\s+thanks)\b[\s,.!]*)+$",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"^(?:and\s+also|also|and|but|so|plus|additionally|ok(?:ay)?|well|then|or|btw|by\s+the\s+way)\b[\s,:-]+(?=\S)",
    re.IGNORECASE,
)

_ELLIPSIS = re.compile(
    r"^(?:(?:ok(?:ay)?|and|but|so|then)[\s,]+)*(?:what|how)\s+about\b|^(?:and|but|or|also)\s+(?:for|with|if|in|on|to|from|the|my|a|an|when|without|after|before|by|at)\b|^(?:for|with|without|in|on|to|from)\s+",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|they|them|their|its|those|these|this|that|ones?|the\s+same|the\s+(?:other|others|latter|former|first|second)(?:\s+one)?|such)\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|does|did|can|could|isn['’]?t|wouldn['’]?t)\s+it\s+(?:be\s+|not\s+)?(?:possible|cost|take|necessary|mandatory|required|safe|ok|okay|okey|allowed|legal|true|normal|worth|free|better|easy|hard|an?\s+problem|matter|mean|work\s+(?:if|when|that))\b|\bhow\s+(?:long|much|far|many\s+\w+)\s+(?:does|will|would|do|did)\s+it\s+(?:usually\s+|normally\s+|typically\s+)?(?:cost|take|costs|takes)\s+(?:(?:for|me|us|you|before|until|to)\b)|\bit\s+(?:costs?|takes?)\s+to\b|\b(?:so|such|now|given|provided|sure|know|say|said|says|told|think|see|mean|means|true|notice[ds]?|heard|read|hope|saw)\s+that\b|\bthis\s+(?:week|month|year|morning|evening|afternoon|time|weekend|summer|winter|spring|autumn)\b|\bthat\s+(?:i|you|we|is|are|was|were|has|have|can|does|do|will)\b|\bone\s+(?:of|day|week|month|year|hour)\b|\b(?:a|an|no|any|every|some|which|each|only|\d+)\s+ones?\b|\bthese\s+days\b|\bit['’]?s\s+(?:possible|not)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"^(?:(?:and|but|so|ok|okay|then)[\s,]+)*{_WH}(?:\s+\w+){{0,2}}\s*[?!.]*$|^(?:really|are\s+you\s+sure|sure|any\s+others?|others?|which\s+ones?|like\s+what|such\s+as|since\s+when|in\s+what\s+way|how\s+so|why\s+not|says\s+who)\s*[?!.]*$",
    re.IGNORECASE,
)


def split_questions(message: str) -> list[str]:
    """The questions of a message, at most MAX_QUESTIONS, in order; a message that only states something is one.

    Greetings, thanks and background are left out, except for background a question needs.
    Empty for a message without letters or digits. Linear in the message; never raises.
    """
    sentences = _sentences(message[:MAX_LENGTH])
    asking = [at for at, sentence in enumerate(sentences) if _asks(sentence)]
    if not asking:
        joined = " ".join(sentences)
        return [joined] if joined else []
    asking = _drop_weak(sentences, asking)
    found: list[str] = []
    for at in asking[:MAX_QUESTIONS]:
        background = [sentence for place, sentence in enumerate(sentences[:at]) if place not in asking]
        question = _with_background(sentences[at], background, sentences[asking[0]] if at != asking[0] else None)
        if question not in found:
            found.append(question)
    return found


def leans_on_previous(message: str) -> bool:
    """True for a follow-up that cannot be understood alone: "and for e-bikes?", "how much does it cost?", "why?"."""
    sentences = _sentences(message[:MAX_LENGTH])
    asking = [sentence for sentence in sentences if _asks(sentence)] or sentences[:1]
    if not asking:
        return False
    background = sentences[: sentences.index(asking[0])]
    if any(_topic(sentence) for sentence in background):
        return False
    return _leans(asking[0])


def standalone(message: str, previous_questions: Sequence[str]) -> list[str]:
    """The questions of a message, each with the topic of the questions before it where it leans on them.

    `previous_questions` are the customer's earlier messages or questions, oldest first. A
    question that names its own topic does not take the old one along.
    """
    questions = split_questions(message)
    if not questions or not previous_questions or not leans_on_previous(message):
        return questions
    before = _before(previous_questions)
    if not before:
        return questions
    first = f"{before} {questions[0]}" if before not in questions[0] else questions[0]
    return [first, *(_carry(before, question, questions[0]) for question in questions[1:])]


def asking_part(question: str) -> str:
    """The last sentence of a standalone question: what is asked."""
    sentences = _sentences(question)
    return sentences[-1] if sentences else question


def context_part(question: str) -> str:
    """What stands before the asking sentence; empty for a plain question."""
    return " ".join(_sentences(question)[:-1])


def _sentences(message: str) -> list[str]:
    found: list[str] = []
    for line in _NUMBERED.sub("\n", message).split("\n"):
        for part in _BREAK.split(_BULLET.sub("", line)):
            for piece in _cut_connected(part):
                cleaned = _strip(piece)
                if cleaned and not _COURTESY.match(cleaned):
                    found.append(cleaned)
    return found


def _cut_connected(sentence: str) -> list[str]:
    """Cuts "How long is it and can I return it?" where a second question begins."""
    if len(sentence) > 2_000 or not _asks(_strip(sentence)):  # noqa: PLR2004 - no sentence is longer
        return [sentence]
    parts = [part for part in _CONNECTED.split(sentence) if part and part.strip()]
    return [f"{part.rstrip(' ,;')}?" if at < len(parts) - 1 else part for at, part in enumerate(parts)]


def _strip(sentence: str) -> str:
    text = " ".join(sentence.split())
    text = _GREETING.sub("", text[:200]) + text[200:]
    text = text[:-60] + _TAIL.sub("", text[-60:]) if len(text) > 60 else _TAIL.sub("", text)  # noqa: PLR2004
    return text.strip(" ,;–-\t") if any(letter.isalnum() for letter in text) else ""


def _asks(sentence: str) -> bool:
    return sentence.rstrip(" \"'”)").endswith("?") or bool(_ASKS.match(sentence))


def _drop_weak(sentences: Sequence[str], asking: Sequence[int]) -> list[int]:
    """Beside real questions, "I need to travel on Friday" is background, not a question."""
    strong = [at for at in asking if sentences[at].rstrip(" \"'”)").endswith("?")]
    weak = [at for at in asking if at not in strong]
    if not strong:
        return list(asking)
    direct = re.compile(
        rf"^(?:and\s+|also\s+)?(?:{_WH}|{_AUX}\s+(?:i|you|we|it)|(?:please\s+)?(?:tell|explain|describe|let))\b",
        re.IGNORECASE,
    )
    return sorted(strong + [at for at in weak if direct.match(sentences[at])])


def _topic(sentence: str) -> list[str]:
    return [term.word for term in content_terms(sentence)]


def _leans(question: str) -> bool:
    plain = _EXPLETIVE.sub(" ", question)
    words = tokens(question)
    strong = [term for term in content_terms(question) if term.weight >= 1]
    if _BARE.match(question) and not strong:
        return True
    if _ELLIPSIS.match(question) and len(words) <= 9:  # noqa: PLR2004 - a whole question is longer
        return not _is_whole(question)
    pronoun = _PRONOUN.search(plain)
    if pronoun:
        return not [term for term in content_terms(plain[: pronoun.start()]) if term.weight >= 1]
    return not strong and len(words) <= _SHORT + 2


def _names_little(question: str) -> bool:
    """Beside another question, "what is the minimum size?" belongs to that one."""
    return len([term for term in content_terms(question) if term.weight >= 1]) <= 1


def _is_whole(question: str) -> bool:
    """A question with its own verb and subject: "for how long can I return a helmet?"."""
    return bool(re.search(rf"\b{_WH}\b.*\b{_AUX}\b|\b{_AUX}\s+{_SUBJECT}\b", question, re.IGNORECASE)) and not re.match(
        r"^(?:(?:and|but|so|ok|okay)[\s,]+)*(?:what|how)\s+about", question, re.IGNORECASE
    )


def _with_background(question: str, background: Sequence[str], first: str | None) -> str:
    """The question with the background it needs in front of it."""
    told = [sentence for sentence in background if _topic(sentence)]
    kept = _tell(told)
    if first is not None and (_leans(question) or _names_little(question)):
        topic = _sentence(_OPENERS.sub("", first))
        return " ".join(part for part in (kept, topic, question) if part)
    return f"{kept} {question}" if kept else question


def _tell(background: Sequence[str]) -> str:
    """Short background word for word, of a long one only names and identifiers."""
    if not background:
        return ""
    text = " ".join(_sentence(sentence) for sentence in background)
    if len(text.split()) <= MAX_BACKGROUND_WORDS:
        return text
    names = list(dict.fromkeys(name for sentence in background for name in _names(sentence)))
    return (
        f"{' '.join(names[:8])}."
        if names
        else _sentence(background[-1])
        if len(background[-1].split()) <= MAX_BACKGROUND_WORDS
        else ""
    )


def _names(sentence: str) -> list[str]:
    words = tokens(sentence)
    return [
        word
        for at, word in enumerate(words)
        if is_identifier(word) or (at > 0 and word[:1].isupper() and word.casefold() not in STOP_WORDS)
    ]


def _sentence(text: str) -> str:
    return text if text[-1:] in ".?!" else f"{text}."


def _before(previous: Sequence[str]) -> str:
    """The last earlier question with a topic, and what was asked after it as long as that leaned on it."""
    chain: list[str] = []
    for message in list(previous)[-4:][::-1]:
        questions = split_questions(message)
        if not questions:
            continue
        chain.append(_shorten(questions[-1]))
        if not leans_on_previous(message):
            break
    return " ".join(dict.fromkeys(_sentence(part) for part in reversed(chain) if part))


def _shorten(question: str) -> str:
    if len(question.split()) <= MAX_TOPIC_WORDS * 2:
        return question
    return " ".join(_topic(question)[:MAX_TOPIC_WORDS])


def _carry(before: str, question: str, first: str) -> str:
    return f"{before} {question}" if _leans(asking_part(question)) and first not in question else question
