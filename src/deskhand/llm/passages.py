"""What a chat client is given to answer from, and the words in which it says that it cannot.

Above: knowledge (finds the passages), turns (puts them into the request, checks what comes back).
"""

from dataclasses import dataclass

from deskhand.llm.injection import Trust

PASSAGES_KEY = "deskhand_passages"
"""Key of `Message.additional_properties` that carries the tuple of passages; such data never reaches a provider."""

QUESTIONS_KEY = "deskhand_questions"
"""Key of `Message.additional_properties` that carries the tuple of standalone questions of the message."""

VECTORS_KEY = "deskhand_vectors"
"""Key of `Message.additional_properties` that carries a mapping of those questions to their vectors."""

NO_ANSWER = "NO_ANSWER"
"""What a model replies, alone, when the passages do not answer. The turn says it to the customer in good words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One passage found for the message. `number` is what a citation marker `[n]` names, counted from 1."""

    number: int
    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    text: str
    relevance: float
    """How likely the passage answers the question, from 0 to 1, calibrated."""
    trust: Trust = Trust.COMPANY
    """Who wrote it: what a customer sent along promises nothing in the company's name."""
