"""Builds a data directory: a help centre that can be asked, among filler that can only be searched.

The way in is the one that serves (`KnowledgeLibrary.ingest`), but the filler gets random vectors under the real
model's name, since embedding it would take long and change nothing for the speed of search. Its words are drawn from
the help centre's own, so that a question's words stand in as many passages as they would in a larger help centre.
Run it with a folder, a number of passages and a number of tenants.
"""

import asyncio
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.prepared import tenant_slug
from deskhand.commands.terminal import load_embedder
from deskhand.demo.seed import HELP_CENTRE
from deskhand.kit.telemetry import configure_logging
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import House, open_house

SEED = 7
SECTIONS = 20
SECTION_WORDS = (60, 180)
SENTENCE_WORDS = (6, 18)
PASSAGES_OF_OTHERS = 10
"""That each of the other tenants has."""


class FillerEmbedder:
    """An `Embedder` whose vectors are random directions; says it is the embedder it stands for."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self._random = np.random.default_rng(SEED)

    @property
    def dimensions(self) -> int:
        return self._real.dimensions

    @property
    def fingerprint(self) -> str:
        return self._real.fingerprint

    async def embed_query(self, text: str) -> Vectors:
        vector: Vectors = (await self.embed_documents([text]))[0]
        return vector

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await self.embed_documents(texts)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        rows = self._random.standard_normal((len(texts), self.dimensions), dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Filler:
    """Makes documents of drawn words."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._random = random.Random(SEED)

    def documents(self, passages: int) -> Iterator[bytes]:
        """Documents that make that many passages together."""
        for start in range(0, passages, SECTIONS):
            sections = min(SECTIONS, passages - start)
            yield "\n\n".join([f"# {self._name()}", *(self._section() for _ in range(sections))]).encode()

    def _section(self) -> str:
        wanted, sentences = self._random.randint(*SECTION_WORDS), []
        while wanted > 0:
            length = self._random.randint(*SENTENCE_WORDS)
            sentences.append(" ".join(self._random.choices(self._words, k=length)).capitalize() + ".")
            wanted -= length
        return f"## {self._name()}\n\n{' '.join(sentences)}"

    def _name(self) -> str:
        return " ".join(self._random.choices(self._words, k=self._random.randint(3, 5))).capitalize()


async def build(folder: Path, *, passages: int, tenants: int) -> None:
    """Fill the data directory."""
    configure_logging("WARNING", as_json=False)
    settings = load_settings(env_file=None, data_dir=folder)
    async with await load_embedder(settings) as embedder:
        held = await _build_help_centre(settings, embedder)
        filler = Filler(words_of_help_centre())
        async with open_house(settings, embedder=FillerEmbedder(embedder)) as house:
            await _fill(house, settings.default_tenant, filler, passages - held)
            for number in range(1, tenants):
                await _fill(house, tenant_slug(number), filler, PASSAGES_OF_OTHERS)
            await house.library.optimize()


async def _build_help_centre(settings: Settings, embedder: Embedder) -> int:
    """How many passages the default tenant's real documents make."""
    async with open_house(settings, embedder=embedder) as house:
        scope = await _scope(house, settings.default_tenant)
        base = await house.library.ensure_base(scope, "help-centre")
        for path in sorted(HELP_CENTRE.rglob("*.md")):
            await house.library.ingest(scope, base, path.name, path.read_bytes())
        return await house.index.count(scope.tenant_id, base.id)


async def _fill(house: House, slug: str, filler: Filler, passages: int) -> None:
    scope = await _scope(house, slug)
    base = await house.library.ensure_base(scope, "help-centre")
    for number, document in enumerate(filler.documents(passages)):
        await house.library.ingest(scope, base, f"filler/{number:05d}.md", document)


async def _scope(house: House, slug: str) -> TenantScope:
    tenant = await house.directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark", welcome="Hello!")
    return TenantScope(tenant_id=tenant.id, role=Role.OWNER)


def words_of_help_centre() -> list[str]:
    """Every word as often as it stands there."""
    texts = (path.read_text(encoding="utf-8").lower() for path in sorted(HELP_CENTRE.rglob("*.md")))
    return [word for text in texts for word in re.findall(r"[a-z]{2,}", text)]


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True)
    asyncio.run(build(Path(sys.argv[1]), passages=int(sys.argv[2]), tenants=int(sys.argv[3])))
