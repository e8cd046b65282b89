"""The embedder over a toy model of four dimensions (a table of words), and, where it is prepared, the real one."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from deskhand.llm import embedder as embedder_module
from deskhand.llm.embedder import BATCH_CHARACTERS, BATCH_TEXTS, FastEmbedEmbedder, batches
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.minilm_source import MINILM
from deskhand.llm.model_files import PreparedModel, find_prepared

WORDS = ["[PAD]", "[UNK]", "refund", "parcel", "invoice", "query:", "passage:"]


@pytest.fixture
def toy(tmp_path: Path) -> PreparedModel:
    """A model that looks each word up in a table; fastembed takes the mean, as it does for MiniLM."""
    table = np.eye(len(WORDS), 4, k=-2, dtype=np.float32) * 3
    table[WORDS.index("[UNK]")] = 1
    table[WORDS.index("passage:")] = [0, 0, 0, -3]
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", 4])
    node = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([node], "toy", inputs, [output], [numpy_helper.from_array(table, "table")])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), tmp_path / "model.onnx"
    )
    words = Tokenizer(models.WordLevel({word: row for row, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64, "pad_token": "[PAD]"}))
    (tmp_path / "special_tokens_map.json").write_text(json.dumps({"pad_token": "[PAD]", "unk_token": "[UNK]"}))
    return PreparedModel(name=MINILM, folder=tmp_path, dimensions=4, origin="package", fingerprint="toy-1")


@pytest.fixture
async def embedder(toy: PreparedModel) -> AsyncIterator[FastEmbedEmbedder]:
    async with FastEmbedEmbedder(toy) as ready:
        yield ready


async def test_every_vector_has_length_one_and_its_texts_place(embedder: FastEmbedEmbedder) -> None:
    port: Embedder = embedder
    texts = ["parcel " * 40, "refund", "", "invoice parcel", "refund refund"]
    documents = await port.embed_documents(texts)
    assert documents.dtype == np.float32
    assert documents.shape == (5, port.dimensions)
    np.testing.assert_allclose(np.linalg.norm(documents[[0, 1, 3, 4]], axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(documents[0], [0, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(documents[3], [0, 0.5**0.5, 0.5**0.5, 0], atol=1e-6)
    np.testing.assert_array_equal(documents[1], documents[4])


async def test_a_question_is_one_vector_and_many_are_rows(embedder: FastEmbedEmbedder) -> None:
    one = await embedder.embed_query("refund invoice")
    many = await embedder.embed_queries(["parcel", "refund invoice"])
    assert one.shape == (4,)
    np.testing.assert_array_equal(many[1], one)


async def test_no_texts_give_no_rows(embedder: FastEmbedEmbedder) -> None:
    assert (await embedder.embed_documents([])).shape == (0, 4)


async def test_a_text_without_words_gives_finite_numbers(embedder: FastEmbedEmbedder) -> None:
    assert np.isfinite(await embedder.embed_query("")).all()


async def test_it_must_be_loaded_first_and_says_so(toy: PreparedModel) -> None:
    with pytest.raises(RuntimeError, match=r"await its load\(\) first"):
        await FastEmbedEmbedder(toy).embed_query("refund")


async def test_loading_is_timed_and_happens_once(toy: PreparedModel) -> None:
    embedder = FastEmbedEmbedder(toy)
    first, second = await asyncio.gather(embedder.load(), embedder.load())
    assert first > 0
    assert second == 0
    await embedder.close()
    await embedder.close()


async def test_a_question_does_not_wait_for_documents(
    embedder: FastEmbedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingesting, answered = threading.Event(), threading.Event()
    whole = embedder_module._unit_vectors

    def stuck(embed: embedder_module.Embed, texts: list[str]) -> Vectors:
        if texts == ["a document"]:
            ingesting.set()
            assert answered.wait(20)
        return whole(embed, texts)

    monkeypatch.setattr(embedder_module, "_unit_vectors", stuck)
    ingest = asyncio.create_task(embedder.embed_documents(["a document"]))
    await asyncio.to_thread(ingesting.wait, 20)
    assert (await embedder.embed_query("refund")).shape == (4,)
    answered.set()
    await ingest


async def test_questions_and_documents_get_their_models_prefixes(toy: PreparedModel) -> None:
    # fastembed must find the name in its list, and this one takes the prefixes "query: " and "passage: ".
    e5 = replace(toy, name="intfloat/multilingual-e5-large", fingerprint="e5")
    async with FastEmbedEmbedder(e5) as embedder:
        asked = await embedder.embed_query("refund")
        (told,) = await embedder.embed_documents(["refund"])
    np.testing.assert_allclose(asked, [0.5**0.5, 0, 0, 0.5**0.5], atol=1e-6)
    np.testing.assert_allclose(told, [0.5**0.5, 0, 0, -(0.5**0.5)], atol=1e-6)
    assert embedder.fingerprint.startswith("e5-")


def test_a_model_without_prefixes_keeps_its_fingerprint(toy: PreparedModel) -> None:
    assert FastEmbedEmbedder(toy).fingerprint == "toy-1"


def test_batches_are_of_like_length_and_hold_every_text_once() -> None:
    texts = [("x" * length) for length in (5000, 3, 700, 3, 90, 2000, 4, 650) + (40,) * 100]
    cut = list(batches(texts))
    assert sorted(row for batch in cut for row in batch) == list(range(len(texts)))
    assert [len(texts[row]) for batch in cut for row in batch] == sorted(len(text) for text in texts)
    for batch in cut:
        padded = min(len(texts[batch[-1]]), 1024) * len(batch)
        assert len(batch) <= BATCH_TEXTS
        assert padded <= BATCH_CHARACTERS


def near(vectors: Vectors, a: int, b: int) -> float:
    return float(vectors[a] @ vectors[b])


@pytest.mark.model
async def test_the_real_model_puts_like_meanings_near_each_other() -> None:
    """Expected cosines are those of the float32 model, run by torch."""
    folder = Path(os.environ.get("DESKHAND_MODELS_DIR", "~/.cache/deskhand/models"))
    model = find_prepared(MINILM, folder)
    assert model is not None, f"no prepared model in {str(folder)!r}: run `make models`"
    async with FastEmbedEmbedder(model) as embedder:
        assert embedder.dimensions == 384
        texts = ["How do I reset my password?", "I forgot my login details.", "Do you ship to Norway?"]
        vectors = await embedder.embed_documents(texts)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
        assert near(vectors, 0, 1) == pytest.approx(0.541, abs=0.03)
        assert near(vectors, 0, 2) == pytest.approx(0.047, abs=0.03)
        asked = await embedder.embed_query(texts[0])
        assert float(asked @ vectors[0]) > 0.99
