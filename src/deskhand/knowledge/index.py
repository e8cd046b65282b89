"""The port of passage search: what the knowledge slice asks of a store of vectors and words.

Above it: `retrieval.py`, which turns what is found here into a ranking, and ingestion, which fills it. Below it: one
adapter a store (`qdrant_edge.py`, `chroma.py`, `testing/memory_index.py`). The port knows tenants, knowledge bases,
sources and chunk ids, never their text: the database holds that, and the store can be rebuilt from it at any time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from deskhand.kit.errors import Conflict, Misconfigured
from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import SearchMode


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One chunk as a store keeps it.

    `vectors` has the shape (windows, dimensions), at least one row, each of length 1: a chunk is as near to a query
    as its nearest window. `words` is the text that lexical search counts.
    """

    chunk_id: str
    kb_id: str
    source_id: str
    words: str
    vectors: Vectors


CANDIDATES_KEPT = 3
"""Times the limit: what a store keeps, at least, of what many questions bring together. A long message finds hundreds
of passages, of which nearly all stand low everywhere; scoring each for every question would take most of the time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageQuery:
    """What is looked for: `vectors` of shape (questions, dimensions), and one text for each of them.

    `limit` bounds what each kind of search contributes for each question. Of what many questions bring together, a
    store may keep only the `CANDIDATES_KEPT` times `limit` that stand foremost.
    """

    vectors: Vectors
    texts: tuple[str, ...]
    limit: int
    mode: SearchMode = SearchMode.HYBRID

    def __post_init__(self) -> None:
        """Questions and texts go together, and at least one candidate is asked for."""
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.texts) or self.limit < 1:  # noqa: PLR2004
            raise ValueError(
                f"vectors of shape {self.vectors.shape!r} do not go with {len(self.texts)!r} texts and "
                f"a limit of {self.limit!r}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """What was found: one row a chunk, one column a question; in no particular order, no chunk twice.

    `cosines` is the cosine of the nearest window. `bm25` is the sum, over the words that the chunk shares with the
    question, of the word's weight in the chunk times its rarity. Both are filled in for every candidate, whichever
    search found it; the kind that the mode leaves out is all zero. `rarities` has, for each question, the rarity of
    each of its distinct words, those that no passage holds among them: by these raw BM25 can be read, which grows with
    the question and with the knowledge base.
    """

    chunk_ids: tuple[str, ...]
    source_ids: tuple[str, ...]
    cosines: Vectors
    bm25: Vectors
    rarities: tuple[tuple[float, ...], ...]


class PassageIndex(Protocol):
    """A store of passages. Every call names the tenant, and sees nothing of any other."""

    @property
    def fingerprint(self) -> str:
        """Names the embedding model whose vectors it holds."""
        ...

    async def upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        """Store the passages, each replacing the one with its chunk id; durable when this returns.

        A chunk id that another tenant holds is left as it is.
        """
        ...

    async def delete_chunks(self, tenant_id: str, chunk_ids: Sequence[str]) -> None:
        """Remove these chunks; ids that are not there are passed over."""
        ...

    async def delete_source(self, tenant_id: str, kb_id: str, source_id: str) -> None:
        """Remove every trace of a source."""
        ...

    async def delete_base(self, tenant_id: str, kb_id: str) -> None:
        """Remove every trace of a knowledge base."""
        ...

    async def search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        """The candidates in these knowledge bases; none when no base is named.

        Word statistics are those of the named bases alone.
        """
        ...

    async def chunk_ids(self, tenant_id: str, kb_id: str) -> frozenset[str]:
        """The chunks it holds of a knowledge base, to be checked against the database."""
        ...

    async def count(self, tenant_id: str, kb_id: str) -> int: ...

    async def optimize(self) -> None:
        """Rearrange after many changes, so that search is quick. Searches go on meanwhile, changes wait."""
        ...

    async def close(self) -> None:
        """Write everything and let the store go. Nothing else may be called afterwards."""
        ...


class IndexInUse(Conflict):
    """Another process has the index open."""

    code = "index_in_use"
    title = "The passage index is in use"


class IndexMismatch(Misconfigured):
    """The store was filled by another embedding model, or has the layout of another version."""

    code = "index_mismatch"
    title = "The passage index belongs to another embedding model"


class IndexDamaged(Misconfigured):
    """The store cannot be read."""

    code = "index_damaged"
    title = "The passage index is damaged"
