"""What of a chunk is embedded and what is counted: the one place that decides it.

Above it: knowledge and attachments, which embed and index these texts. Below it: sentences. Whoever changes anything
here must raise `LAYOUT` in `knowledge/retrieval_store.py`, because every index has to be rebuilt then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deskhand.kit.sentences import split_sentences

WINDOW_WORDS = 50
"""Words in one embedded window, to the end of a sentence. Half a section: on help centres a question's answer is one
to three sentences, and a vector of more is a vector of something else too. On two of them, 50 words put the right
chunk first for 5 to 8 questions more in a hundred than whole sections did, for 1.9 vectors a chunk."""

TAIL_WORDS = 12
"""A last window below this joins the one before: it would be a heading or a half-sentence with a title in front."""

NAME_WORDS = 40
"""Of title and headings together, so that they never crowd out the window they stand before."""

BREADCRUMB = " › "


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexTexts:
    """`lexical` is counted by BM25, each of `dense` (at least one) becomes a vector."""

    lexical: str
    dense: tuple[str, ...]


def index_texts(title: str, heading: str | None, text: str) -> IndexTexts:
    """The texts under which a chunk is found; `heading` is the breadcrumb down to it.

    Title and headings stand before every window: they say what "it" and "this plan" are. Counting them more than once
    in the lexical text was measured and changed nothing.
    """
    name = BREADCRUMB.join(part for part in (title.strip(), (heading or "").strip()) if part)
    name = " ".join(name.split()[:NAME_WORDS])
    dense = tuple(f"{name}\n{window}".strip() for window in windows(text))
    return IndexTexts(lexical=f"{name}\n{text}".strip(), dense=dense)


def windows(text: str) -> list[str]:
    """The text in runs of whole sentences of at most `WINDOW_WORDS` words; one empty window for a text without any.

    A longer sentence, such as a block of code, is cut between words.
    """
    runs = _runs(_pieces(split_sentences(text)))
    if len(runs) > 1 and sum(len(piece.split()) for piece in runs[-1]) < TAIL_WORDS:
        tail = runs.pop()
        runs[-1].extend(tail)
    return ["\n".join(run) for run in runs] or [text.strip()]


def _pieces(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        words = sentence.split()
        if len(words) <= WINDOW_WORDS:
            yield sentence
        else:
            yield from (" ".join(words[at : at + WINDOW_WORDS]) for at in range(0, len(words), WINDOW_WORDS))


def _runs(pieces: Iterable[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    size = 0
    for piece in pieces:
        words = len(piece.split())
        if not runs or size + words > WINDOW_WORDS:
            runs.append([])
            size = 0
        runs[-1].append(piece)
        size += words
    return runs
