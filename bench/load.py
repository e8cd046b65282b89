"""Letting customers talk: one after the other, or all at once. Below: `customers.py`, `machine.py`."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.customers import Talker
from bench.machine import Side, bound_to, cpu_seconds_of, shows_processes

ROUNDS = 3
"""How often each talker gets its turn at least."""

Turn = Callable[[str], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Throughput:
    """What a server got through: its turns a second, and how long each took."""

    turns_a_second: float
    seconds: list[float]


def one_by_one(turns: Sequence[Turn], questions: Iterator[str], *, warm_up: int, count: int) -> list[float]:
    """Seconds of each of `count` turns, taken in rotation, never two at a time; `warm_up` turns come before."""
    with bound_to(Side.LOAD):
        waits = [turns[number % len(turns)](next(questions)) for number in range(warm_up + count)]
    return waits[warm_up:]


def side_by_side(talkers: Sequence[Talker], questions: Iterator[str], *, warm_up: float, seconds: float) -> Throughput:
    """Every talker asks again as soon as it is answered; turns that end in the `seconds` after `warm_up` count.

    Where turns take long it goes on until there were enough of them.
    """
    begin = time.perf_counter() + warm_up
    end, enough = begin + seconds, ROUNDS * len(talkers)
    ended: list[tuple[float, float]] = []
    failed = threading.Event()

    def talk(talker: Talker) -> None:
        try:
            while (time.perf_counter() < end or len(ended) < enough) and not failed.is_set():
                wait = talker.ask(next(questions))
                ended.append((time.perf_counter(), wait))
        except BaseException:
            failed.set()
            raise

    with bound_to(Side.LOAD), ThreadPoolExecutor(len(talkers)) as threads:
        for talking in [threads.submit(talk, talker) for talker in talkers]:
            talking.result()
    end = max(end, sorted(ended)[enough - 1][0])
    waits = [wait for moment, wait in ended if begin <= moment <= end]
    return Throughput(turns_a_second=len(waits) / (end - begin), seconds=waits)


class Meter:
    """Reads what a process computes between its making and a later look; nothing where the system does not tell."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = self._now()

    def seconds(self) -> float:
        return self._now() - self._before

    def _now(self) -> float:
        return cpu_seconds_of(self._pid) if shows_processes() else 0.0
