"""The command as the tests run it: inside this process for speed, or as a process of its own where that matters."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

OURS = ("DESKHAND_", "DATABASE_URL", "OPENAI_")
DEADLINE = 180.0
"""Seconds. What hangs is ended; how quick it is depends on the machine."""
# A shell that runs the tests in its background lets them, and whom they start, ignore Ctrl+C.
_HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
ENTRY = [sys.executable, "-W", "error", "-c", f"{_HEEDING}from deskhand.cli import main; main()"]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line that a wrong value is answered with."""
        assert self.code == 2
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("Error: ")
        return line.removeprefix("Error: ")


Run = Callable[..., Ended]


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without any setting of ours but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(OURS)}
    return kept | {"COLUMNS": "200"} | changes


@dataclass
class Server:
    """A server in a process of its own."""

    process: "subprocess.Popen[str]"
    data_dir: Path
    log: Path
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(json.loads((self.data_dir / "server.json").read_text())["url"])

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=DEADLINE)

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def read_until(self, words: str) -> None:
        """Wait for a line of its output with these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if words in line:
                return
        raise AssertionError(f"It ended with {self.process.wait()}: {self.log.read_text()}")

    def stop(self, signal_number: int) -> int:
        """The exit code after that signal."""
        self.process.send_signal(signal_number)
        return self.process.wait(DEADLINE)


@contextmanager
def running(
    command: list[str],
    data_dir: Path,
    *,
    ready: str,
    stdin: int = subprocess.DEVNULL,
    log_to_stdout: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A process that goes on, from when it said the words `ready`; killed at the end, or when it takes too long."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    log = data_dir.parent / f"{data_dir.name}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if log_to_stdout else errors,
            text=True,
            env=clean_environment(DESKHAND_LOG_FORMAT="json", **(environment or {})),
            cwd=data_dir.parent,
        )
    watchdog = threading.Timer(DEADLINE, process.kill)
    watchdog.start()
    server = Server(process, data_dir, log)
    try:
        server.read_until(ready)
        watchdog.cancel()
        yield server
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def serving(data_dir: Path, *, command: str = "serve", **environment: str) -> AbstractContextManager[Server]:
    """`deskhand serve` on a free port."""
    arguments = [command, "--port", "0", "--data-dir", str(data_dir)]
    return running([*ENTRY, *arguments], data_dir, ready="Stop with Ctrl-C", environment=environment)


def new_contact(server: Server) -> httpx.Client:
    """A client of the chat page."""
    with server.client() as client:
        token = client.post("/api/v1/chat/tokens", json={}).json()["token"]
    return server.client(token)
