"""What the stores that live in a folder promise: they outlive the process, and refuse what cannot be trusted."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from deskhand.kit.errors import Misconfigured
from deskhand.kit.ids import new_id
from deskhand.knowledge import qdrant_edge
from deskhand.knowledge.chroma import ChromaIndex
from deskhand.knowledge.index import IndexDamaged, IndexInUse, IndexMismatch, Passage, PassageQuery
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex

Stored = type[QdrantEdgeIndex] | type[ChromaIndex]
STORES = [
    pytest.param(QdrantEdgeIndex, id="qdrant-edge"),
    pytest.param(
        ChromaIndex,
        id="chroma",
        marks=pytest.mark.skipif(find_spec("chromadb") is None, reason="needs the extra"),
    ),
]
WRITER = """
import asyncio, sys
from pathlib import Path
import numpy as np
from deskhand.kit.ids import new_id
from deskhand.knowledge.index import Passage
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex

async def main():
    index = await QdrantEdgeIndex.open(Path(sys.argv[1]), fingerprint="f", dimensions=8)
    while True:
        ids = [new_id("chk") for _ in range(20)]
        vectors = np.eye(1, 8, dtype=np.float32)
        rows = [Passage(chunk_id=i, kb_id="kb", source_id="src", words="refund", vectors=vectors) for i in ids]
        await index.upsert("ten", rows)
        print(" ".join(ids), flush=True)

asyncio.run(main())
"""


async def open_store(
    kind: Stored, folder: Path, *, fingerprint: str = "f", dimensions: int = 8, fresh: bool = False
) -> QdrantEdgeIndex | ChromaIndex:
    return await kind.open(folder, fingerprint=fingerprint, dimensions=dimensions, fresh=fresh)


def passages(count: int, *, words: str = "refund") -> list[Passage]:
    rows = np.random.default_rng(7).standard_normal((count, 1, 8)).astype(np.float32)
    return [
        Passage(
            chunk_id=new_id("chk"),
            kb_id="kb",
            source_id="src",
            words=f"{words} {number}",
            vectors=row / np.linalg.norm(row),
        )
        for number, row in enumerate(rows)
    ]


def question(text: str = "refund") -> PassageQuery:
    return PassageQuery(vectors=np.eye(1, 8, dtype=np.float32), texts=(text,), limit=20)


@pytest.mark.parametrize("kind", STORES)
async def test_passages_are_there_after_a_restart(kind: Stored, tmp_path: Path) -> None:
    index = await open_store(kind, tmp_path)
    await index.upsert("ten", passages(10))
    before = await index.search("ten", ["kb"], question("refund 7"))
    await index.close()
    index = await open_store(kind, tmp_path)
    after = await index.search("ten", ["kb"], question("refund 7"))
    await index.close()
    scores = [dict(zip(found.chunk_ids, found.bm25[:, 0].round(4), strict=True)) for found in (before, after)]
    assert scores[0] == scores[1] != {}


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = {chunk_id for _ in range(12) for chunk_id in writer.stdout.readline().split()}
        writer.send_signal(signal.SIGKILL)
        acknowledged |= {chunk_id for line in writer.stdout for chunk_id in line.split()}

    async def held() -> frozenset[str]:
        index = await open_store(QdrantEdgeIndex, tmp_path)
        ids = await index.chunk_ids("ten", "kb")
        found = await index.search("ten", ["kb"], question())
        await index.close()
        assert found.bm25.all()
        return ids

    assert len(acknowledged) >= 240
    assert acknowledged <= asyncio.run(held())


@pytest.mark.parametrize("kind", STORES)
async def test_a_store_in_use_names_its_holder(kind: Stored, tmp_path: Path) -> None:
    index = await open_store(kind, tmp_path)
    with pytest.raises(IndexInUse, match=f"process {os.getpid()}.*stop the server"):
        await open_store(kind, tmp_path)
    await index.close()
    await (await open_store(kind, tmp_path)).close()


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("wanted", [{"fingerprint": "other"}, {"dimensions": 16}])
async def test_a_store_of_another_model_is_refused_and_left_alone(
    kind: Stored, wanted: dict[str, str | int], tmp_path: Path
) -> None:
    index = await open_store(kind, tmp_path)
    await index.upsert("ten", passages(3))
    await index.close()
    with pytest.raises(IndexMismatch, match="deskhand reindex"):
        await kind.open(tmp_path, **({"fingerprint": "f", "dimensions": 8} | wanted))  # type: ignore[arg-type]
    index = await open_store(kind, tmp_path)
    assert await index.count("ten", "kb") == 3
    await index.close()


@pytest.mark.parametrize("kind", STORES)
async def test_starting_afresh_empties_the_store_for_another_model(kind: Stored, tmp_path: Path) -> None:
    index = await open_store(kind, tmp_path)
    await index.upsert("ten", passages(3))
    await index.close()
    index = await open_store(kind, tmp_path, fingerprint="other", dimensions=16, fresh=True)
    assert await index.count("ten", "kb") == 0
    assert index.fingerprint == "other"
    await index.close()


@pytest.mark.parametrize("kind", STORES)
async def test_what_was_never_settled_is_made_again(kind: Stored, tmp_path: Path) -> None:
    (tmp_path / "data" / "segments").mkdir(parents=True)
    (tmp_path / "data" / "segments" / "half").write_text("written by a process that died while it made the store")
    index = await open_store(kind, tmp_path)
    await index.upsert("ten", passages(3))
    assert await index.count("ten", "kb") == 3
    await index.close()


def break_sheet(folder: Path) -> None:
    (folder / "layout.json").write_text("{")


def lose_data(folder: Path) -> None:
    shutil.rmtree(folder / "data")


def scramble_segments(folder: Path) -> None:
    for file in (folder / "data").rglob("segment.json"):
        file.write_bytes(os.urandom(64))


def cut_files_short(folder: Path) -> None:
    for file in (folder / "data").rglob("status.dat"):
        os.truncate(file, file.stat().st_size // 2)


@pytest.mark.parametrize("harm", [break_sheet, lose_data, scramble_segments, cut_files_short])
async def test_a_damaged_store_says_how_to_mend_it_and_can_be_mended(harm: object, tmp_path: Path) -> None:
    index = await open_store(QdrantEdgeIndex, tmp_path)
    await index.upsert("ten", passages(3))
    await index.close()
    assert callable(harm)
    harm(tmp_path)
    with pytest.raises(IndexDamaged, match="deskhand reindex"):
        await open_store(QdrantEdgeIndex, tmp_path)
    index = await open_store(QdrantEdgeIndex, tmp_path, fresh=True)
    await index.upsert("ten", passages(3))
    assert await index.count("ten", "kb") == 3
    await index.close()


async def test_searches_go_on_while_passages_are_written_and_rearranged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qdrant_edge, "REARRANGE_FROM", 100)
    index = await open_store(QdrantEdgeIndex, tmp_path)
    first = passages(20, words="norway")
    await index.upsert("ten", first)
    batches = [passages(40) for _ in range(10)]

    async def write() -> None:
        for batch in batches:
            await index.upsert("ten", batch)
        await index.optimize()

    async def read() -> None:
        for _ in range(40):
            found = await index.search("ten", ["kb"], question("norway"))
            by_words = {found.chunk_ids[row] for row in np.flatnonzero(found.bm25[:, 0])}
            assert by_words == {passage.chunk_id for passage in first}

    await asyncio.gather(write(), read(), read())
    assert await index.count("ten", "kb") == 420
    await index.close()


async def test_chroma_that_is_not_installed_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chromadb", None)
    with pytest.raises(Misconfigured, match=r"pip install 'deskhand\[chroma\]'"):
        await open_store(ChromaIndex, tmp_path)
    await (await open_store(QdrantEdgeIndex, tmp_path)).close()
