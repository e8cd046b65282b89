"""The command in this process, a running server to talk to, and documents to ingest."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.processes import OURS, Ended, Run, Server, serving
from deskhand.cli import main
from shops import HELP_CENTRE


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No setting of ours in the environment, no `.env`, a wide terminal."""
    for name in [name for name in os.environ if name.upper().startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process, on `./data` unless told otherwise."""

    def ran(*arguments: str | Path) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return ran


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that only need one to be there."""
    with serving(tmp_path_factory.mktemp("server") / "data") as started:
        yield started
        assert started.stop(signal.SIGTERM) == 0


@pytest.fixture
def through(run: Run, server: Server) -> Run:
    """Runs the command on the data directory of the running server."""

    def ran(*arguments: str | Path) -> Ended:
        return run(*arguments, "--data-dir", server.data_dir)

    return ran


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with a small help centre."""
    folder = tmp_path / "help"
    folder.mkdir()
    for name, text in HELP_CENTRE.items():
        (folder / name).write_text(text)
    return folder
