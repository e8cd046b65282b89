"""The server as a process: how soon it answers, and what it holds in memory.

Above: `__main__.py`. Below: `servers.py` starts it, `machine.py` looks at it.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bench.customers import customers
from bench.figures import Figure, median
from bench.load import one_by_one
from bench.machine import Memory, children_of, memory_of, shows_processes
from bench.plan import Plan, say
from bench.prepared import Shape, copy_of
from bench.processes import completed
from bench.questions import fresh_questions
from bench.servers import SETTINGS, Server, deskhand, deskhand_command
from deskhand.demo.seed import HELP_CENTRE

PASSAGES, QUICK_PASSAGES = 10_000, 1_000
STARTS, QUICK_STARTS = 7, 3
TURNS, QUICK_TURNS = 200, 40
INGEST_SECONDS = 300.0


def measure(plan: Plan) -> list[Figure]:
    """Start-up and memory, with the offline model."""
    shape = Shape(passages=QUICK_PASSAGES if plan.quick else PASSAGES)
    with copy_of(plan, shape) as data_dir:
        say("cold starts")
        figures = [_starts(data_dir, shape, QUICK_STARTS if plan.quick else STARTS)]
        if not shows_processes():
            say("memory is left out: this system does not tell it")
            return figures
        say("memory")
        with deskhand(data_dir) as server:
            return figures + list(_memory(server, data_dir, QUICK_TURNS if plan.quick else TURNS))


def _starts(data_dir: Path, shape: Shape, count: int) -> Figure:
    questions = fresh_questions()
    seconds = [_start(data_dir, next(questions)) for _ in range(1 + count)][1:]
    spread = f"{min(seconds):.2f} to {max(seconds):.2f} s, n = {count}, {shape.passages:,} passages, files in cache"
    return Figure(what="cold start to the first answer", value=median(seconds), unit="s", at_most=4, remark=spread)


def _start(data_dir: Path, question: str) -> float:
    """Seconds from nothing to an answer. The server listens before it is ready, so the first request just waits."""
    began = time.perf_counter()
    with deskhand(data_dir, listening_only=True) as server, customers(server.port, [None]) as (customer,):
        customer.ask(question)
        return time.perf_counter() - began


def _memory(server: Server, data_dir: Path, turns: int) -> Iterator[Figure]:
    with customers(server.port, [None]) as (customer,):
        customer.ask("How long can I return a helmet?")
        yield _held("memory after the first answer", memory_of(server.pid), at_most=450)
        one_by_one([customer.ask], fresh_questions(), warm_up=0, count=turns)
        yield _held(f"memory after {turns} turns", memory_of(server.pid), at_most=450)
        folder = Path(shutil.copytree(HELP_CENTRE, data_dir.parent / "help-centre"))
        command = deskhand_command("ingest", str(folder), "--kb", "anew", "--data-dir", str(data_dir))
        completed(command, log=data_dir.parent / "ingest.log", seconds=INGEST_SECONDS, settings=SETTINGS)
        yield _held("memory after reading the demo's help centre", memory_of(server.pid), at_most=450)
        for worker in children_of(server.pid):
            yield _held("the document worker's memory then", memory_of(worker))


def _held(what: str, memory: Memory, at_most: float | None = None) -> Figure:
    remark = f"{memory.own:.0f} MB without mapped files; at its highest {memory.highest:.0f} MB"
    return Figure(what=what, value=memory.resident, unit="MB", at_most=at_most, remark=remark)
