"""How the offline model speaks: how many sentences, from which confidence on, and what it says around an answer.

Above: agents (contract → style), the offline client. Below: small talk.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.llm.small_talk import SmallTalk, reply

STYLE_KEY = "deskhand_style"
"""Key of `Message.additional_properties` that carries an `AnswerStyle` for this one answer."""

BAND_LIMITS = (20, 40, 60, 80, 100)
"""Up to where each of the five bands of a trait goes."""

_MOST_SENTENCES = (1, 2, 3, 4, 6)
"""By the band of verbosity: the most sentences for one question."""
_HEDGED_BELOW = (0.95, 0.85, 0.7, 0.0, 0.0)
"""By the band of confidence: an answer the model is less sure of than this is introduced by `HEDGE`."""
_TONES = (0, 0, 50, 100, 100)
"""By the band of formality: the tone in which small talk is answered."""
_HIGH, _VERY_HIGH = 3, 4

FORMAL_CLOSING = "Please let us know if we can be of further assistance."
CASUAL_CLOSING = "Hope that helps!"
WARM_CLOSING = "I hope this helps, and please ask if anything is unclear."
SORRY = "I am sorry for the trouble."
HEDGE = "This is the nearest I found, so please check that it fits your case."

_QUIPS = {
    SmallTalk.GREETING: "Ask away, I never tire.",
    SmallTalk.THANKS: "I would blush if I could.",
    SmallTalk.GOODBYE: "I will be right here, for I have nowhere else to be.",
    SmallTalk.BOT: "No coffee breaks, but no opinions about the weather either.",
    SmallTalk.IDENTITY: "Reading the manual is what I do for fun.",
}

CLOSINGS = frozenset({FORMAL_CLOSING, CASUAL_CLOSING, WARM_CLOSING, SORRY, HEDGE, *_QUIPS.values()})
"""Everything the offline model may say around an answer or after small talk; these sentences carry no citation."""

_TROUBLE = re.compile(
    r"\b(?:angry|annoy(?:ed|ing)|awful|broke|broken|complain\w*|crash\w*|damaged|defective|disappoint\w*|fail(?:s|ed)"
    r"|frustrat\w*|furious|hurt|injured|lost|missing|ridiculous|stolen|stuck|terrible|unacceptable|upset|useless|worried"
    r"|wrong|not\s+work(?:ing)?)\b|n['’]t\s+work\b",
    re.IGNORECASE,
)
"""Words of somebody who has trouble or is in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerStyle:
    """`max_sentences` is for one question; a list of steps is given whole. The traits go from 0 to 100."""

    max_sentences: int = 3
    formality: int = 50
    empathy: int = 50
    humor: int = 30
    confidence: int = 70
    caution: float = 0.0
    """Added to the confidence from which on an answer is given."""
    name: str = ""
    """What the agent calls itself when asked who it is."""
    company: str = ""
    """Whom it speaks for: the name stands everywhere in the help centre and tells no passage from another."""


def band_of(trait: int) -> int:
    """The band of a trait: 0 for 0–20, 1 for 21–40, 2 for 41–60, 3 for 61–80, 4 above."""
    return next((band for band, limit in enumerate(BAND_LIMITS) if trait <= limit), len(BAND_LIMITS) - 1)


def style_of(
    *,
    verbosity: int,
    formality: int,
    empathy: int = 50,
    humor: int = 30,
    confidence: int = 70,
    caution: float = 0.0,
    name: str = "",
    company: str = "",
) -> AnswerStyle:
    """The style of a contract's traits: verbosity 0–20 one sentence, –40 two, –60 three, –80 four, –100 six."""
    return AnswerStyle(
        max_sentences=_MOST_SENTENCES[band_of(verbosity)],
        formality=formality,
        empathy=empathy,
        humor=humor,
        confidence=confidence,
        caution=caution,
        name=name,
        company=company,
    )


def opening(style: AnswerStyle, *, questions: Sequence[str], confidence: float) -> list[str]:
    """What comes before an answer: regret where somebody has trouble, a hedge where the answer is not sure."""
    regret = band_of(style.empathy) == _VERY_HIGH and any(_TROUBLE.search(question) for question in questions)
    hedged = confidence < _HEDGED_BELOW[band_of(style.confidence)]
    return [SORRY] * regret + [HEDGE] * hedged


def closing(style: AnswerStyle) -> str:
    """A closing sentence for the far ends of formality, or else for high empathy; mostly nothing."""
    match band_of(style.formality):
        case 4:
            return FORMAL_CLOSING
        case 0:
            return CASUAL_CLOSING
        case _:
            return WARM_CLOSING if band_of(style.empathy) == _VERY_HIGH else ""


def small_talk_reply(kind: SmallTalk, style: AnswerStyle) -> str:
    """A short answer to what asks nothing, with a light word where humor is high."""
    text = reply(kind, formality=_TONES[band_of(style.formality)], name=style.name)
    quip = _QUIPS.get(kind, "") if band_of(style.humor) >= _HIGH else ""
    return f"{text} {quip}".strip()
