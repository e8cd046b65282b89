"""The servers that are measured, and the stub model they ask. Above: the benchmarks. Below: `processes.py`."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.machine import Side
from bench.plan import Plan
from bench.processes import answers, listens, module, started, wait_until
from bench.stub_model import BEHAVIOUR_PATH, TELLABLE_PATH, Behaviour

SECRET_KEY = "the benchmarks' own secret key, 32 characters or more"  # noqa: S105 - signs nothing that lasts
CONTROL_SECONDS = 10.0
SETTINGS = {
    "DESKHAND_SECRET_KEY": SECRET_KEY,
    "DESKHAND_LOG_FORMAT": "json",
    "DESKHAND_RATE_LIMIT__REQUESTS": "1000000",
    "DESKHAND_VISITOR_LIMIT__REQUESTS": "1000000",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server on this machine."""

    port: int
    pid: int


class StubModel:
    """The stub model's server, whose behaviour can be changed while it runs."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.settings = {
            "OPENAI_API_KEY": "none needed",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "DESKHAND_LLM__PROVIDER": "openai",
        }

    def behave(self, behaviour: Behaviour) -> None:
        """From the next request on."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=CONTROL_SECONDS)
        connection.request("PUT", BEHAVIOUR_PATH, json.dumps(asdict(behaviour)))
        assert connection.getresponse().status == 204
        connection.close()

    def tellable(self) -> int:
        """When it had last sent enough for a sentence to be told, in nanoseconds since the epoch."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=CONTROL_SECONDS)
        connection.request("GET", TELLABLE_PATH)
        moment = int(connection.getresponse().read())
        connection.close()
        return moment


@contextmanager
def stub_model(plan: Plan) -> Iterator[StubModel]:
    """The stub model, on the side of the load."""
    port, log = free_port(), plan.workspace / "stub.log"
    with started(module("stub_model", str(port)), side=Side.LOAD, log=log) as process:
        wait_until(lambda: answers(port, BEHAVIOUR_PATH), process, log)
        yield StubModel(port)


@contextmanager
def reference(plan: Plan, stub: StubModel) -> Iterator[Server]:
    """The bare agent framework behind a route; see `reference.py`."""
    port, log = free_port(), plan.workspace / "reference.log"
    command = module("reference", str(port))
    with started(command, side=Side.SERVER, log=log, settings=stub.settings) as process:
        wait_until(lambda: answers(port, "/"), process, log)
        yield Server(port=port, pid=process.pid)


@contextmanager
def deskhand(data_dir: Path, model: StubModel | None = None, *, listening_only: bool = False) -> Iterator[Server]:
    """`deskhand serve` on its own core, ready to answer; with the offline model unless told of another.

    `listening_only` does not wait until it is ready: it listens before that, and requests wait.
    """
    port, log = free_port(), data_dir.with_suffix(".log")
    with started(
        deskhand_command("serve", "--port", str(port), "--data-dir", str(data_dir)),
        side=Side.SERVER,
        log=log,
        settings=SETTINGS | (model.settings if model else {}),
    ) as process:
        wait_until(lambda: listens(port) if listening_only else answers(port, "/health/ready"), process, log)
        yield Server(port=port, pid=process.pid)


def deskhand_command(*arguments: str) -> list[str]:
    """The installed command."""
    return [str(Path(sys.executable).with_name("deskhand")), *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
