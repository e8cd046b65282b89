"""Vectors of short texts, remembered: the same help centre's sentences are compared with question after question.

Above: `offline_scoring`, `offline_signs`. Below: the embedder port.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import structlog
from cachetools import LRUCache

from deskhand.kit.errors import DeskhandError
from deskhand.llm.embedding import Embedder, Vectors

REMEMBERED = 20_000
"""Texts whose vectors are kept: 30 MB at 384 dimensions."""

_log = structlog.get_logger(__name__)


class TextVectors:
    """Unit vectors of texts, or None when the embedder fails: that costs quality, not the answer.

    What a text means depends on nothing but the text, so that tenants may share the memory.
    """

    def __init__(self, embedder: Embedder, *, remembered: int = REMEMBERED) -> None:
        self._embedder = embedder
        self._documents: LRUCache[str, Vectors] = LRUCache(maxsize=remembered)
        self._words: LRUCache[str, Vectors] = LRUCache(maxsize=remembered)
        self._questions: Mapping[str, Vectors] = {}

    def knowing(self, questions: Mapping[str, Vectors]) -> Self:
        """The same, where the vectors of these questions are there already."""
        knowing = copy.copy(self)
        knowing._questions = questions  # noqa: SLF001 - its own class
        return knowing

    async def question(self, text: str) -> Vectors | None:
        """Shape `(dimensions,)`."""
        if text in self._questions:
            return self._questions[text]
        try:
            return await self._embedder.embed_query(text)
        except (DeskhandError, OSError, RuntimeError, ValueError):
            _log.warning("offline.embedding_failed", exc_info=True)
            return None

    async def documents(self, texts: Sequence[str]) -> Vectors | None:
        """Shape `(len(texts), dimensions)`."""
        return await self._remembered(texts, self._documents, as_query=False)

    async def words(self, words: Sequence[str]) -> Vectors | None:
        """The same for single words, which are compared among each other."""
        return await self._remembered(words, self._words, as_query=True)

    async def _remembered(
        self, texts: Sequence[str], memory: LRUCache[str, Vectors], *, as_query: bool
    ) -> Vectors | None:
        known = {text: memory[text] for text in texts if text in memory}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            embed = self._embedder.embed_queries if as_query else self._embedder.embed_documents
            try:
                vectors = await embed(new)
            except (DeskhandError, OSError, RuntimeError, ValueError):
                _log.warning("offline.embedding_failed", texts=len(new), exc_info=True)
                return None
            known.update(zip(new, np.asarray(vectors, dtype=np.float32), strict=True))
            memory.update({text: known[text] for text in new})
        return np.stack([known[text] for text in texts]) if texts else None
