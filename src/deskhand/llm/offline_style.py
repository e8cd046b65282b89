"""How the offline model speaks: how many sentences, and whether it says something around the answer.

Above: agents (contract → style), the offline client. Below: nothing.
"""

from dataclasses import dataclass

STYLE_KEY = "deskhand_style"
"""Key of `Message.additional_properties` that carries an `AnswerStyle` for this one answer."""

_BANDS = ((20, 1), (40, 2), (60, 3), (80, 4), (100, 6))
"""Trait verbosity up to … → most sentences for one question."""

FORMAL_FROM, CASUAL_TO = 85, 15
FORMAL_CLOSING = "Please let us know if we can be of further assistance."
CASUAL_CLOSING = "Hope that helps!"

CLOSINGS = frozenset({FORMAL_CLOSING, CASUAL_CLOSING})
"""Everything the offline model may say around an answer; these sentences carry no citation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerStyle:
    """`max_sentences` is for one question; a list of steps is given whole. `formality` is the trait, 0 to 100."""

    max_sentences: int = 3
    formality: int = 50
    name: str = ""
    """What the agent calls itself when asked who it is."""
    company: str = ""
    """Whom it speaks for: the name stands everywhere in the help centre and tells no passage from another."""


def style_of(*, verbosity: int, formality: int, name: str = "", company: str = "") -> AnswerStyle:
    """The style of a contract's traits: verbosity 0–20 one sentence, –40 two, –60 three, –80 four, –100 six."""
    most = next((sentences for limit, sentences in _BANDS if verbosity <= limit), _BANDS[-1][1])
    return AnswerStyle(max_sentences=most, formality=formality, name=name, company=company)


def closing(style: AnswerStyle) -> str:
    """A closing sentence for the far ends of formality, else nothing."""
    if style.formality >= FORMAL_FROM:
        return FORMAL_CLOSING
    return CASUAL_CLOSING if style.formality <= CASUAL_TO else ""
