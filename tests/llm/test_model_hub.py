"""The model hub as a source: a server of our own on this machine, asked by the hub's own client."""

import hashlib
import http.server
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import close_session, constants

from deskhand.llm import minilm_source, model_files
from deskhand.llm.minilm_source import MINILM, PINS, PinnedFile
from deskhand.llm.model_files import MANIFEST, ModelUnavailable, prepare_model

FILES = {name: name.encode() for name in PINS.files} | {"tokenizer_config.json": b'{"model_max_length": 512}'}
TINY = replace(
    PINS,
    files={
        name: PinnedFile(size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in FILES.items()
    },
)


class HubPages(http.server.BaseHTTPRequestHandler):
    """As much of a model hub as its client asks for. The server's `files` are in every repository."""

    server: "LocalHub"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/"):
            sheet = {"id": "a/model", "siblings": [{"rfilename": name} for name in self.server.files]}
            content: bytes | None = json.dumps(sheet).encode()
        else:
            content = self.server.files.get(path.partition("/resolve/")[2].partition("/")[2])
        self.send_response(404 if content is None else 200)
        content = content or b""
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"')
        self.send_header("X-Repo-Commit", "1" * 40)
        self.end_headers()
        if body:
            self.wfile.write(content)


class LocalHub(http.server.ThreadingHTTPServer):
    files: dict[str, bytes]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A hub on this machine whose files are the right ones. Converting them takes no time."""
    server = LocalHub(("127.0.0.1", 0), HubPages)
    server.files = dict(FILES)
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(minilm_source, "PINS", TINY)
    monkeypatch.setattr(model_files, "PINS", TINY)
    monkeypatch.setattr(minilm_source, "_convert", lambda _, made, *__: made.write_bytes(b"converted"))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(server.serve_forever, poll_interval=0.01)
        yield server
        close_session()
        server.shutdown()
    server.server_close()


def test_the_hub_comes_first_and_gives_the_same_fingerprint_as_the_package(hub: LocalHub, tmp_path: Path) -> None:
    steps: list[tuple[str, float | None]] = []
    model = prepare_model(MINILM, tmp_path / "models", lambda *step: steps.append(step))
    assert (model.origin, model.fingerprint) == ("hub", TINY.fingerprint)
    assert [fraction for text, fraction in steps if text.startswith("Downloading")] == [0, 0.2, 0.4, 0.6, 0.8]


def test_a_hub_with_other_weights_is_refused_and_the_package_is_taken(
    hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(raw: Path, *_: object) -> None:
        for name, content in FILES.items():
            (raw / name).write_bytes(content)

    monkeypatch.setattr(minilm_source, "_unpack_package", unpack)
    hub.files["model.safetensors"] = b"something else"
    assert prepare_model(MINILM, tmp_path / "models", unheard).origin == "package"


def test_a_hub_that_misses_a_file_is_named_in_the_error(
    hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm_source, "_unpack_package", lambda *_: None)
    del hub.files["tokenizer.json"]
    with pytest.raises(ModelUnavailable, match="the model hub did not deliver 'tokenizer"):
        prepare_model(MINILM, tmp_path / "models", unheard)


def test_any_other_model_of_fastembed_comes_from_the_hub_as_it_is(hub: LocalHub, tmp_path: Path) -> None:
    hub.files = {"onnx/model.onnx": b"graph", "onnx/model.onnx_data": b"weights", "tokenizer.json": b"{}"}
    model = prepare_model("google/embeddinggemma-300m", tmp_path / "models", unheard)
    assert (model.dimensions, model.origin) == (768, "hub")
    kept = sorted(str(path.relative_to(model.folder)) for path in model.folder.rglob("*") if path.is_file())
    assert kept == [MANIFEST, "onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json"]
    hub.files = {}
    assert prepare_model("google/embeddinggemma-300m", tmp_path / "models", unheard) == model


def unheard(text: str, fraction: float | None) -> None:
    pass
