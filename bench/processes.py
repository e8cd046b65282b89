"""Processes of a benchmark: started bound to their core, waited for until they answer, and always ended.

Above: `servers.py`, which knows what is started. Below: `machine.py`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.machine import Side, bound_to
from bench.plan import ROOT

START_SECONDS = 120.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.005
LOG_TAIL = 3000
_PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "DESKHAND_MODELS_DIR")


class ProcessFailed(RuntimeError):
    """A process of the benchmark ended, or did not answer in time; the message holds the end of its log."""


@contextmanager
def started(
    command: Sequence[str], *, side: Side, log: Path, settings: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a group of its own, without the settings of the one who measures; the group is ended with it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, bound_to(side):
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=log.parent,  # where no `.env` lies
            env=environment(settings or {}),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process is told: the settings, and how to find Python's modules."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    modules = os.pathsep.join(part for part in (os.environ.get("PYTHONPATH"), str(ROOT)) if part)
    return {**passed, "PYTHONPATH": modules, **settings}


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of this package."""
    return [sys.executable, "-m", f"bench.{name}", *arguments]


def completed(command: Sequence[str], *, log: Path, seconds: float, settings: Mapping[str, str] | None = None) -> None:
    """Run a command to its end.

    Raises:
        ProcessFailed: when it fails, or takes longer than `seconds`.
    """
    with started(command, side=Side.LOAD, log=log, settings=settings) as process:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise ProcessFailed(f"{command!r} took longer than {seconds:g} s.{_tail(log)}") from error
    if code != 0:
        raise ProcessFailed(f"{command!r} ended with code {code}.{_tail(log)}")


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Ask until it is so.

    Raises:
        ProcessFailed: when the process ends first, or it takes too long.
    """
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None:
            raise ProcessFailed(f"The process ended with code {process.returncode}.{_tail(log)}")
        if time.monotonic() > deadline:
            raise ProcessFailed(f"The process did not answer within {START_SECONDS:g} s.{_tail(log)}")
        time.sleep(POLL_SECONDS)


def listens(port: int) -> bool:
    """Whether a connection can be opened now."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int, path: str) -> bool:
    """Whether a GET on that path succeeds now."""
    connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)


def _tail(log: Path) -> str:
    return f"\n… {log.read_text(encoding='utf-8', errors='replace')[-LOG_TAIL:]}"
