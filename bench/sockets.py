"""Many open sockets: most of them quiet, some in conversation. How late do events come, and does anything break?

Above: `__main__.py`. Below: `servers.py`, and the public socket.
"""

import asyncio
import json
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.customers import customers
from bench.figures import MILLISECONDS, Figure, latencies, p95
from bench.machine import Side, bound_to, memory_of, shows_processes
from bench.plan import Plan, say
from bench.prepared import Shape, copy_of
from bench.questions import fresh_questions
from bench.servers import Server, deskhand, stub_model
from bench.stub_model import Behaviour

MODEL = Behaviour(delay=0.2, gap=0.005)
PAUSE_SECONDS = 4.0
"""Between the end of an answer and the customer's next message: 100 customers make about 24 turns a second."""

ANSWER_SECONDS = 30.0
OPENING_AT_ONCE = 20
SEED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    passages: int = 10_000
    idle: int = 1_000
    talking: int = 100
    seconds: float = 30.0


QUICK = Sizes(passages=1_000, idle=100, talking=20, seconds=8.0)


@dataclass(kw_only=True, slots=True)
class Seen:
    """What the customers saw, in seconds."""

    event_ages: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def measure(plan: Plan) -> list[Figure]:
    """The figures of one crowd."""
    sizes = QUICK if plan.quick else Sizes()
    say(f"{sizes.idle:,} quiet and {sizes.talking:,} talking sockets")
    shape = Shape(passages=sizes.passages)
    with stub_model(plan) as stub, copy_of(plan, shape) as data_dir, deskhand(data_dir, stub) as server:
        stub.behave(MODEL)
        with customers(server.port, [None] * (sizes.idle + sizes.talking)) as found:
            tokens = [customer.token for customer in found]
        with bound_to(Side.LOAD):
            seen, memory = asyncio.run(_Crowd(server, sizes).meet(tokens))
    for error in seen.errors[:5]:
        say(f"error: {error}")
    return _figures(seen, memory, sizes)


class _Crowd:
    """Opens the sockets, lets some of them talk, and asks the others for a sign of life at the end."""

    def __init__(self, server: Server, sizes: Sizes) -> None:
        self._server = server
        self._sizes = sizes
        self._seen = Seen()
        self._questions = fresh_questions()
        self._random = random.Random(SEED)

    async def meet(self, tokens: list[str]) -> tuple[Seen, float]:
        """What was seen, and the resident mebibytes of the server while all were there."""
        async with AsyncExitStack() as stack:
            gate = asyncio.Semaphore(OPENING_AT_ONCE)
            sockets = await asyncio.gather(*(self._open(stack, gate, token) for token in tokens))
            quiet, talking = sockets[: self._sizes.idle], sockets[self._sizes.idle :]
            end = time.monotonic() + self._sizes.seconds
            await asyncio.gather(*(self._talk(socket, end) for socket in talking))
            await asyncio.gather(*(self._ping(socket) for socket in quiet))
            memory = memory_of(self._server.pid).resident if shows_processes() else 0.0
        return self._seen, memory

    async def _open(self, stack: AsyncExitStack, gate: asyncio.Semaphore, token: str) -> ClientConnection:
        async with gate, asyncio.timeout(ANSWER_SECONDS):
            address = f"ws://127.0.0.1:{self._server.port}/ws"
            socket = await stack.enter_async_context(connect(address, open_timeout=ANSWER_SECONDS))
            await _send(socket, {"type": "hello", "token": token})
            await _receive(socket)
            return socket

    async def _talk(self, socket: ClientConnection, end: float) -> None:
        await asyncio.sleep(self._random.uniform(0, PAUSE_SECONDS))
        while time.monotonic() < end:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._turn(socket)
            except (TimeoutError, OSError, WebSocketException) as error:
                self._seen.errors.append(f"{type(error).__name__}: {error}")
                return
            await asyncio.sleep(self._random.uniform(0.5, 1.5) * PAUSE_SECONDS)

    async def _turn(self, socket: ClientConnection) -> None:
        began = time.perf_counter()
        await _send(socket, {"type": "message", "text": next(self._questions)})
        kind = ""
        while kind not in {"complete", "error"}:
            frame = await _receive(socket)
            now, kind = time.time(), frame["type"]
            if frame["seq"] is not None:
                self._seen.event_ages.append(now - datetime.fromisoformat(frame["at"]).timestamp())
        self._seen.answers.append(time.perf_counter() - began)
        if kind == "error":
            self._seen.errors.append(str(frame["data"]))

    async def _ping(self, socket: ClientConnection) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await _send(socket, {"type": "ping"})
                await _receive(socket)
        except (TimeoutError, OSError, WebSocketException) as error:
            self._seen.errors.append(f"quiet socket: {type(error).__name__}: {error}")


def _figures(seen: Seen, memory: float, sizes: Sizes) -> list[Figure]:
    crowd = f"{sizes.idle:,} quiet and {sizes.talking:,} talking sockets"
    rate = len(seen.answers) / sizes.seconds
    return [
        Figure(what=f"{crowd}: errors", value=len(seen.errors), unit="", at_most=0, remark=f"{rate:.0f} turns/s"),
        Figure(
            what="an event's age when it arrives, p95",
            value=p95(seen.event_ages) * MILLISECONDS,
            at_most=100,
            remark=f"n = {len(seen.event_ages):,}",
        ),
        latencies("message to complete answer, model after 200 ms", seen.answers),
        Figure(what="server's memory while all are connected", value=memory, unit="MB"),
    ]


async def _send(socket: ClientConnection, frame: dict[str, Any]) -> None:
    await socket.send(json.dumps(frame))


async def _receive(socket: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await socket.recv())
    return frame
