"""An embedder for tests: no model, no file, the same vectors every time. Conforms to `llm/embedding.py`."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from deskhand.llm.embedding import Vectors

_WORD = re.compile(r"\w+")


class HashEmbedder:
    """Each word is a fixed random direction; a text is the sum of its words. Texts that share words are near."""

    def __init__(self, dimensions: int = 64) -> None:
        """`dimensions` may be small: 64 keeps unrelated words well apart."""
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        return f"hash-{self._dimensions}"

    async def embed_query(self, text: str) -> Vectors:
        return self._embed(text)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await self.embed_documents(texts)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        rows = [self._embed(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self._dimensions), dtype=np.float32)

    def _embed(self, text: str) -> Vectors:
        total = np.zeros(self._dimensions, dtype=np.float32)
        for word in _WORD.findall(text.lower()) or ["(nothing)"]:
            total += self._direction(word)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _direction(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
        return np.random.default_rng(seed).standard_normal(self._dimensions).astype(np.float32)
