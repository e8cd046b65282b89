"""What a customer's message asks: its questions one by one, each so that it can be looked up alone.

Above: turns (looks each question up), the offline model (answers each). Below: `question_patterns`, `offline_words`;
pure functions.

A question comes back as written; where it needs words from elsewhere (the background story, the
question before), those stand in front as sentences of their own, so that the last sentence of
what is returned is always the asking one: "I have a Kestrel Trail. How long is the warranty?"
`asking_part` and `context_part` take that apart again.
"""

from collections.abc import Sequence

from deskhand.llm import question_patterns as patterns
from deskhand.llm.offline_words import STOP_WORDS, content_terms, is_identifier, tokens

MAX_QUESTIONS = 5
MAX_LENGTH = 20_000
"""Characters of a message that are read; more is no question but a pasted document."""
MAX_BACKGROUND_WORDS = 30
"""A longer story is reduced to its names and identifiers."""
MAX_NAMES = 8
MAX_TOPIC_WORDS = 14
MAX_ELLIPSIS_WORDS = 9
MAX_BEFORE = 4
"""Earlier messages that are read to find what a follow-up is about."""

_LONGEST_SENTENCE = 2_000
_GREETED, _SIGNED = 200, 60
"""Characters at the start and the end of a sentence in which courtesies are looked for."""
_CLOSERS = " \"'”)"


def split_questions(message: str) -> list[str]:
    """The questions of a message, at most MAX_QUESTIONS, in order; a message that only states something is one.

    Greetings, thanks and background are left out, except for background a question needs.
    Empty for a message without letters or digits. Linear in the message; never raises.
    """
    sentences = _sentences(message[:MAX_LENGTH])
    asking = _asking(sentences)
    if not asking:
        joined = " ".join(sentences)
        return [joined] if joined else []
    first = sentences[asking[0]]
    found: list[str] = []
    for at in asking[:MAX_QUESTIONS]:
        background = [sentence for place, sentence in enumerate(sentences[:at]) if place not in asking]
        question = _with_background(sentences[at], background, None if at == asking[0] else first)
        if question not in found:
            found.append(question)
    return found


def asks_something(message: str) -> bool:
    """Whether any sentence of it asks, rather than states."""
    return bool(_asking(_sentences(message[:MAX_LENGTH])))


def leans_on_previous(message: str) -> bool:
    """True for a follow-up that cannot be understood alone: "and for e-bikes?", "how much does it cost?", "why?"."""
    sentences = _sentences(message[:MAX_LENGTH])
    if not sentences:
        return False
    asking = _asking(sentences)
    first = asking[0] if asking else 0
    if any(content_terms(sentence) for sentence in sentences[:first]):
        return False
    return _leans(sentences[first])


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
    return [_carry(before, question, is_first=at == 0) for at, question in enumerate(questions)]


def asking_part(question: str) -> str:
    """The last sentence of a standalone question: what is asked."""
    sentences = _sentences(question[:MAX_LENGTH])
    return sentences[-1] if sentences else question[:MAX_LENGTH]


def context_part(question: str) -> str:
    """What stands before the asking sentence; empty for a plain question."""
    return " ".join(_sentences(question[:MAX_LENGTH])[:-1])


def _sentences(message: str) -> list[str]:
    """The sentences that say something, courtesies taken off."""
    found: list[str] = []
    for line in patterns.NUMBERED.sub("\n", message).split("\n"):
        for part in patterns.BREAK.split(patterns.BULLET.sub("", line)):
            for piece in _cut_connected(part):
                cleaned = _strip(piece)
                if cleaned and not patterns.COURTESY.match(cleaned):
                    found.append(cleaned)
    return found


def _cut_connected(sentence: str) -> list[str]:
    """Cuts "How long is it and can I return it?" where a second question begins."""
    if len(sentence) > _LONGEST_SENTENCE or not _asks(_strip(sentence)):
        return [sentence]
    parts: list[str] = []
    for part in patterns.CONNECTED.split(sentence):
        if parts and not content_terms(parts[-1]):
            parts[-1] = f"{parts[-1]} and {part}"  # "when and where can I …" is one question
        elif part.strip():
            parts.append(part)
    return [f"{part.rstrip(' ,;?')}?" if at < len(parts) - 1 else part for at, part in enumerate(parts)]


def _strip(sentence: str) -> str:
    text = " ".join(sentence.split())
    text = patterns.GREETING.sub("", text[:_GREETED]) + text[_GREETED:]
    text = (
        text[:-_SIGNED] + patterns.TAIL.sub("", text[-_SIGNED:]) if len(text) > _SIGNED else patterns.TAIL.sub("", text)
    )
    return text.strip(" ,;–-\t") if any(letter.isalnum() for letter in text) else ""


def _asking(sentences: Sequence[str]) -> list[int]:
    """Places of the asking sentences. Beside real questions "I need to travel on Friday" is background."""
    asking = [at for at, sentence in enumerate(sentences) if _asks(sentence)]
    if not any(_has_mark(sentences[at]) for at in asking):
        return asking
    return [at for at in asking if _has_mark(sentences[at]) or patterns.ASKS_DIRECTLY.match(sentences[at])]


def _has_mark(sentence: str) -> bool:
    return sentence.rstrip(_CLOSERS).endswith("?")


def _asks(sentence: str) -> bool:
    return _has_mark(sentence) or bool(patterns.ASKS.match(sentence))


def _leans(question: str) -> bool:
    words = tokens(question)
    terms = content_terms(question)
    if all(term.word.casefold() in patterns.BARE_WORDS for term in terms):
        return len(words) <= MAX_ELLIPSIS_WORDS and not patterns.HAS_SUBJECT.search(question)
    if len(words) <= MAX_ELLIPSIS_WORDS and (patterns.ELLIPSIS.match(question) or patterns.ADDED.search(question)):
        return not patterns.WHOLE.search(question)
    plain = patterns.EXPLETIVE.sub(" ", question)
    pronoun = patterns.PRONOUN.search(plain)
    if pronoun is None:
        return False
    return not content_terms(patterns.VERB.sub(" ", plain[: pronoun.start()]))


def _with_background(question: str, background: Sequence[str], first: str | None) -> str:
    """The question with the background it needs in front of it; beside `first`, a short one belongs to that."""
    kept = _tell([sentence for sentence in background if content_terms(sentence)])
    belongs = first is not None and (_leans(question) or _names_little(question))
    topic = _sentence(patterns.OPENER.sub("", first)) if first is not None and belongs else ""
    return " ".join(part for part in (kept, topic, question) if part)


def _names_little(question: str) -> bool:
    """Beside another question, "what is the minimum size?" belongs to that one."""
    strong = [term for term in content_terms(question) if term.weight >= 1]
    return len(strong) <= 1 and bool(patterns.DEFINITE.search(question))


def _tell(background: Sequence[str]) -> str:
    """Short background word for word, of a long one only names and identifiers."""
    if not background:
        return ""
    text = " ".join(_sentence(sentence) for sentence in background)
    if len(text.split()) <= MAX_BACKGROUND_WORDS:
        return text
    names = list(dict.fromkeys(name for sentence in background for name in _names(sentence)))
    return f"{' '.join(names[:MAX_NAMES])}." if names else ""


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
    for message in list(previous)[-MAX_BEFORE:][::-1]:
        questions = split_questions(message)
        if questions:
            chain.append(_shorten(questions[-1]))
            if not leans_on_previous(message):
                break
    return " ".join(dict.fromkeys(_sentence(part) for part in reversed(chain)))


def _shorten(question: str) -> str:
    if len(question.split()) <= MAX_TOPIC_WORDS * 2:
        return question
    return " ".join([term.word for term in content_terms(question)][:MAX_TOPIC_WORDS])


def _carry(before: str, question: str, *, is_first: bool) -> str:
    leans = is_first or _leans(asking_part(question))
    return f"{before} {question}" if leans and before not in question else question
