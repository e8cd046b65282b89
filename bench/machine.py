"""This machine: which cores are whose, and what a process costs. Above: the benchmarks and the processes they start.

The server has the first core for itself, the load and the stub model share the others: neither takes the other's
time. On a machine with one core, or whose system cannot bind processes, they share.
"""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_MEBIBYTE_IN_KIBIBYTES = 1024
_USER_TICKS, _SYSTEM_TICKS = 11, 12
"""Places in `/proc/PID/stat` behind the process's name."""


class Side(StrEnum):
    SERVER = "server"
    LOAD = "load"


@cache
def cores() -> tuple[int, ...]:
    """The cores this program was given when it first asked."""
    if not hasattr(os, "sched_getaffinity"):
        return tuple(range(os.cpu_count() or 1))
    return tuple(sorted(os.sched_getaffinity(0)))


@contextmanager
def bound_to(side: Side) -> Iterator[None]:
    """While it lasts this thread, and whatever it starts, runs on the cores of that side."""
    every = cores()
    if len(every) == 1 or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, every[:1] if side is Side.SERVER else every[1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Resident mebibytes of a process: now, at its highest, and now without the files it maps."""

    resident: float
    highest: float
    own: float


def shows_processes() -> bool:
    """Whether the system tells what its processes cost."""
    return (_PROC / "self" / "status").exists()


def memory_of(pid: int) -> Memory:
    lines = (line.partition(":") for line in (_PROC / str(pid) / "status").read_text().splitlines())
    kibibytes = {name: int(value.split()[0]) for name, _, value in lines if name in {"VmRSS", "VmHWM", "RssAnon"}}
    sizes = [kibibytes[name] / _MEBIBYTE_IN_KIBIBYTES for name in ("VmRSS", "VmHWM", "RssAnon")]
    return Memory(resident=sizes[0], highest=sizes[1], own=sizes[2])


def cpu_seconds_of(pid: int) -> float:
    """What the process has computed so far, in its own code and in the system's."""
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])) / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> tuple[int, ...]:
    found = [path.read_text() for path in (_PROC / str(pid) / "task").glob("*/children")]
    return tuple(int(child) for line in found for child in line.split())


def described(load_average: float) -> str:
    """The line that stands above the figures; `load_average` is that of before they were taken."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {len(cores())} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, load average {load_average:.1f} before the run"
    )
