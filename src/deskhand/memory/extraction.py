"""What a customer says of themselves, found in a message: pure functions, in time linear in the text.

Above: the keeper stores what is found, with its sentence, in the turn's transaction. Below: `extraction_sentences`
(which sentences can be trusted to say something of the customer), `extraction_contacts` and `extraction_statements`
(what to look for).

Only plain statements in the first person count: not what is quoted, asked, supposed, denied, or said of somebody else,
and nothing that tells the agent what to do. How important a fact is and what kind it is follows from what it is, never
from what the message says of it.
"""

from collections.abc import Iterator

from deskhand.memory.extraction_contacts import contact_facts, numbered_facts
from deskhand.memory.extraction_facts import Fact
from deskhand.memory.extraction_names import name_facts
from deskhand.memory.extraction_sentences import Sentence, sentences_of
from deskhand.memory.extraction_statements import statement_facts

MAX_FACTS = 20
"""Of one message."""


def find_facts(text: str) -> tuple[Fact, ...]:
    """What the message says of its sender, in order; of one key the last, at most MAX_FACTS.

    Only the first `extraction_sentences.MAX_CHARS` characters are read. Never raises.
    """
    found: dict[tuple[str | None, str], Fact] = {}
    for sentence in sentences_of(text):
        for fact in _facts_in(sentence):
            name = (fact.key, "" if fact.key else fact.content)
            found.pop(name, None)  # what is said last holds
            found[name] = fact
    return tuple(found.values())[:MAX_FACTS]


def _facts_in(sentence: Sentence) -> Iterator[Fact]:
    yield from numbered_facts(sentence)
    yield from contact_facts(sentence)
    yield from name_facts(sentence)
    yield from statement_facts(sentence)
