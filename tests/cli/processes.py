"""The command as the tests run it: inside this process for speed, or as a process of its own where that matters."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

OURS = ("DESKHAND_", "DATABASE_URL", "OPENAI_")
DEADLINE = 60.0
ENTRY = [sys.executable, "-W", "error", "-c", "from deskhand.cli import main; main()"]


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

    def stop(self, signal_number: int) -> int:
        """The exit code after that signal."""
        self.process.send_signal(signal_number)
        return self.process.wait(DEADLINE)


@contextmanager
def running(command: list[str], data_dir: Path, *, ready: str, **environment: str) -> Iterator[Server]:
    """A process that serves, from when it said the words `ready` on; killed at the end if it still runs."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    log = data_dir.parent / f"{data_dir.name}.log"
    variables = clean_environment(DESKHAND_LOG_FORMAT="json", **environment)
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=variables,
            cwd=data_dir.parent,
        )
    server = Server(process, data_dir, log)
    watchdog = threading.Timer(DEADLINE, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            server.said.append(line.rstrip())
            if ready in line:
                break
        else:
            raise AssertionError(f"It ended with {process.wait()}: {log.read_text()}")
        watchdog.cancel()
        yield server
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def serving(data_dir: Path, *, command: str = "serve", **environment: str) -> Any:
    """`deskhand serve` on a free port."""
    arguments = [command, "--port", "0", "--data-dir", str(data_dir)]
    return running([*ENTRY, *arguments], data_dir, ready="Stop with Ctrl-C", **environment)


def new_contact(server: Server) -> httpx.Client:
    """A client of the chat page."""
    with server.client() as client:
        token = client.post("/api/v1/chat/tokens", json={}).json()["token"]
    return server.client(token)
