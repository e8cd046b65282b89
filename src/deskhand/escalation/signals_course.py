"""The transparent baseline, from the course of a conversation: repetition, length, mood, several problems, no answers.

Above: `detector.py`. Below: the sentiment model, small talk; pure functions.
"""

import re
from collections.abc import Sequence
from functools import cache

from deskhand.escalation.assessment import Said
from deskhand.kit.sentences import split_sentences
from deskhand.llm.small_talk import SmallTalk, recognise

UNRESOLVED_AFTER = 10
"""More messages than this without a thank-you are a conversation that leads nowhere."""
ALIKE = 0.6
SEVERAL = 3
"""So many different problems in one conversation are several."""
FALLEN_BY = 0.3
_LOOKED_BACK = 8
_MIN_WORDS = 2
_CHARS = 1_000
_WORD = re.compile(r"[^\W_]{3,}")
_COMMON_WORDS = (
    "the and you for are was this that with have has had can could would will what when where how why does did not but"
    " from your our any some please there about just get got"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_PROBLEM = (
    r"\b(?:does\s*n['’]?t|do\s*n['’]?t|did\s*n['’]?t|is\s*n['’]?t|wo\s*n['’]?t|not)\s+(?:\w+\s+){0,2}?(?:work"
    r"|arrive|load|open|start|fit|charge"
    r"|come|connect|show)\w*|\b(?:broken|error|fail(?:s|ed|ing)?|wrong|missing|late|damaged|lost|crash\w*|stuck"
    r"|declined|rejected"
    r"|overcharged|blocked|defect\w*|faulty|charged\s+twice|ca(?:n['’]?t|nnot)\s+\w+)\b"
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please(?:\s+do)?|go\s+ahead|i\s+would|i['’]?d\s+like\s+that"
    r"|that\s+would\s+be\s+(?:good|great|nice)"
    r"|do\s+(?:it|that)|absolutely|definitely|of\s+course)(?:\W+(?:please|thanks|thank\s+you|yes|do|that|it|would"
    r"|be|great|good|i|sure))*\W*$",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:talk|speak|chat|connect|hand|transfer|put)\w*\b[^.!?\n]{0,60}\b(?:person|human|colleague"
    r"|member\s+of\s+(?:our|the)\s+team|agent"
    r"|someone|somebody|specialist|advis[oe]r)\b[^.!?\n]{0,60}\?",
    re.IGNORECASE,
)


def customer_texts(messages: Sequence[Said]) -> tuple[str, ...]:
    return tuple(message.text for message in messages if message.role == "customer")


def is_repeated(texts: Sequence[str]) -> bool:
    """Whether the newest message asks again what one of the last ones asked."""
    if len(texts) < 2:  # noqa: PLR2004 - one message repeats nothing
        return False
    *before, newest = (_content(text) for text in texts[-_LOOKED_BACK:])
    return len(newest) >= _MIN_WORDS and any(_likeness(newest, earlier) >= ALIKE for earlier in before)


def is_unresolved(messages: Sequence[Said]) -> bool:
    """Whether the conversation is long, and its customer has not just said thanks or goodbye."""
    texts = customer_texts(messages)
    ended = bool(texts) and recognise(texts[-1]) in {SmallTalk.THANKS, SmallTalk.GOODBYE}
    return len(messages) > UNRESOLVED_AFTER and not ended


def is_falling(moods: Sequence[float]) -> bool:
    """Whether the mood of the last three messages went down and down, to below neutral."""
    if len(moods) < 3:  # noqa: PLR2004 - a course takes three points
        return False
    first, second, third = moods[-3:]
    return first > second > third and first - third >= FALLEN_BY and third < 0


def has_several_problems(texts: Sequence[str]) -> bool:
    """Whether at least three different problems are spoken of."""
    kinds: list[frozenset[str]] = []
    for text in texts[-_LOOKED_BACK:]:
        for sentence in split_sentences(text[:_CHARS]):
            if _problem().search(sentence):
                words = _content(sentence)
                if all(_likeness(words, known) < ALIKE for known in kinds):
                    kinds.append(words)
                if len(kinds) >= SEVERAL:
                    return True
    return False


def went_unanswered(messages: Sequence[Said]) -> bool:
    """Whether the agent's last two replies had no grounded answer."""
    replies = [message for message in messages if message.role == "agent"][-2:]
    return len(replies) == 2 and not any(reply.answered for reply in replies)  # noqa: PLR2004 - twice


def accepts_offer(messages: Sequence[Said]) -> bool:
    """Whether the newest message says yes to an agent that offered a person."""
    said = list(messages)
    while said and said[-1].role != "customer":
        said.pop()
    if len(said) < 2 or said[-2].role != "agent":  # noqa: PLR2004 - an offer and its answer
        return False
    return _OFFER.search(said[-2].text[-_CHARS:]) is not None and _YES.match(said[-1].text[:_CHARS]) is not None


def _content(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text[:_CHARS].casefold())) - _COMMON


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words over all words (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


@cache
def _problem() -> re.Pattern[str]:
    return re.compile(_PROBLEM, re.IGNORECASE)
