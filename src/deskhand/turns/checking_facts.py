"""Which sentences state facts, and so need something to rest on; the others are courtesy, questions, or an echo.

Above: the checks. Below: figures, words, support. Pure functions.
"""

import re

from deskhand.turns.checking_figures import figures_in, stands_in
from deskhand.turns.checking_support import Claim, Evidence, coverage, doubt_about, evidence_of
from deskhand.turns.checking_words import language_of, news_in

NOTHING_SAID = evidence_of("")
NEW_WORDS = 2
"""So many words of its own, beyond courtesy and what the customer said, make a sentence a statement."""
FROM_A_TOOL = 0.25
"""The share of its words that must stand in a tool's result, which is data and has few words."""

_ASSERTS = re.compile(
    r"^\W*(?:yes|no|sure|of course|absolutely|certainly|definitely|correct)\b"
    r"|\b(?:can|may|must|will|is|are|was|were|has|have to|need to|needs|allowed|possible|eligible|costs?|takes?"
    r"|includes?|covers?"
    r"|cannot|can['’]t|won['’]t|isn['’]t|aren['’]t)\b",
    re.IGNORECASE,
)
_ECHO = re.compile(
    r"^\W*(?:so,? |ah,? |okay,? |ok,? |thanks?[^.]{0,40}, )?(?:"
    r"you (?:asked|ask|want|wanted|would like|['’]d like|mention|said|wrote|told|are asking|are looking|were)"
    r"|you['’](?:d like|re asking|re looking)|i (?:understand|see|hear|read|gather)"
    r"|(?:i['’]?a?m|we['’]?a?re) (?:sorry|happy|glad|afraid)|sorry|thank"
    r"|to answer your|regarding your|about your|your question)\b",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"^\W*(?:i|we|let me|please|feel free|if you|could you|can you|would you|shall|hello|hi|hey|welcome)\b",
    re.IGNORECASE,
)


def states_facts(sentence: str, own: Evidence) -> bool:
    """Whether a sentence without a citation claims something.

    `own` is what the customer said. It may be asked back and be told back as theirs; said as the agent's own it is a
    statement like any other, or whoever writes could have anything confirmed.
    """
    asks = sentence.rstrip("\"'”’)*_ ").endswith("?")
    echoes = _ECHO.match(sentence) is not None
    if names_figures(sentence, own if asks or echoes else NOTHING_SAID):
        return True
    if asks or language_of(sentence) not in {"en", ""}:
        return False  # of another language only the figures can be told
    news = news_in(sentence)
    new = {word for word in news if not (echoes and word in own.keys)}
    if echoes:
        return len(new) > NEW_WORDS
    if len(new) >= NEW_WORDS:
        return True
    return bool(news) and not _ABOUT_ITSELF.match(sentence) and _ASSERTS.search(sentence) is not None


def leans_on(claim: Claim, evidence: Evidence) -> bool:
    """Whether an earlier answer, or a tool's result, says it."""
    if doubt_about(claim, [evidence]) is None:
        return True
    figures = figures_in(claim.text)
    if not figures or not all(stands_in(figure, claim.text, evidence.figures) for figure in figures):
        return False
    return coverage(claim, [evidence])[1] >= FROM_A_TOOL


def says_little(sentence: str) -> bool:
    """Whether it is too vague to be found anywhere: "Yes, it is covered"."""
    return not figures_in(sentence) and len(news_in(sentence)) < NEW_WORDS


def names_figures(sentence: str, own: Evidence) -> bool:
    """Figures that the customer did not name. A mere count such as "two things" is none."""
    for figure in figures_in(sentence):
        if (
            figure.kind == "number"
            and not figure.dimension
            and not re.search(r"\d", sentence[figure.start : figure.end])
        ):
            continue
        if not stands_in(figure, sentence, own.figures):
            return True
    return False
