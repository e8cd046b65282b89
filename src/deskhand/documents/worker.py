"""The worker process seen from the server: started when first needed, one document at a time, ended when idle.

Above: the converter; below: the frames, and `worker_process` on the other side. Whatever goes wrong with
a worker (out of time, out of memory, crashed, cancelled in the middle) ends it, and the next document gets a
new one.
"""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import structlog

from deskhand.documents.frames import (
    FRAME_PREFIX,
    Answer,
    decode_answer,
    encode_job,
    frame_length,
)
from deskhand.documents.model import MIB, Converted, Job
from deskhand.documents.refusals import (
    ConversionTimedOut,
    DocumentCorrupt,
    ReaderUnavailable,
    TooComplex,
)

_log = structlog.get_logger(__name__)

_START_SECONDS, _EXIT_SECONDS = 30.0, 1.0
_START_LIMIT = 64 * 1024
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
_ALONE = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class DocumentRunner(Protocol):
    """Where a document is parsed. The worker process in a server; a test may parse in its own process."""

    async def run(self, job: Job) -> Converted:
        """Raises `DocumentRefused`."""
        ...

    async def close(self) -> None:
        """Lets go of everything; may be called twice."""
        ...


class DocumentWorker:
    """A `DocumentRunner` with one process, which holds neither our secrets nor a way to the network.

    `memory_bytes` bounds its address space, `recycle_after` the documents it reads before a fresh one takes
    over, `idle_seconds` how long it waits for the next one.
    """

    def __init__(self, *, memory_bytes: int = 2048 * MIB, recycle_after: int = 200, idle_seconds: float = 60.0) -> None:
        self._memory_bytes = memory_bytes
        self._recycle_after = recycle_after
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._served = 0
        self._idle: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def pid(self) -> int | None:
        """Of the process that waits or works, if there is one."""
        return self._process.pid if self._process else None

    async def run(self, job: Job) -> Converted:
        """Parses in the worker. Waiting for its turn does not count against the document's time."""
        async with self._turn:
            self._stop_waiting()
            process = self._process or await self._start()
            try:
                answer = await self._ask(process, job)
            except BaseException:
                await self._end()
                raise
            self._served += 1
            if answer.exhausted or self._served >= self._recycle_after:
                await self._end()
            else:
                self._idle = asyncio.create_task(self._end_when_idle())
        return _outcome(job, answer)

    async def close(self) -> None:
        """Ends the process, if there is one. A document that is being parsed is waited for."""
        async with self._turn:
            self._stop_waiting()
            await self._end()

    async def _start(self) -> asyncio.subprocess.Process:
        self._served = 0
        try:
            async with asyncio.timeout(_START_SECONDS):
                self._process = process = await _spawn(self._memory_bytes)
                await _receive(process, _START_LIMIT)
        except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            await self._end()
            _log.exception("document_worker_did_not_start")
            raise ReaderUnavailable("Documents cannot be read at the moment. Try again in a minute.") from error
        except BaseException:
            await self._end()
            raise
        return process

    async def _ask(self, process: asyncio.subprocess.Process, job: Job) -> Answer:
        try:
            async with asyncio.timeout(job.limits.timeout_seconds):
                await _give(process, encode_job(job))
                return await _receive(process, _frame_limit(job))
        except TimeoutError as error:
            raise ConversionTimedOut(
                f"{job.name!r} was not read within {job.limits.timeout_seconds:g} s. Split it into smaller files."
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            code = await _exit_code(process)
            _log.warning("document_worker_died", exit_code=code, kind=str(job.kind), size=len(job.content))
            raise _died(job, code) from error

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        if process.stdin is not None:
            process.stdin.close()
        await process.communicate()

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        async with self._turn:
            if self._idle is asyncio.current_task():
                self._idle = None
                await self._end()

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


async def _spawn(memory_bytes: int) -> asyncio.subprocess.Process:
    """A process of its own session: an interrupt at the terminal is for the server, which then ends this one."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "deskhand.documents.worker_process",
        str(memory_bytes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _exit_code(process: asyncio.subprocess.Process) -> int:
    """Of a process that closed its side. It is waited for first: killing one that has just died loses its code."""
    try:
        async with asyncio.timeout(_EXIT_SECONDS):
            return await process.wait()
    except TimeoutError:
        _kill(process)
        return await process.wait()


def _frame_limit(job: Job) -> int:
    return job.limits.max_text_bytes * 4 + MIB


async def _give(process: asyncio.subprocess.Process, frame: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for as a pipe
    process.stdin.write(frame)
    await process.stdin.drain()


async def _receive(process: asyncio.subprocess.Process, limit: int) -> Answer:
    assert process.stdout is not None  # noqa: S101 - it was asked for as a pipe
    length = frame_length(await process.stdout.readexactly(FRAME_PREFIX))
    if length > limit:
        raise ConnectionError(f"a frame of {length} bytes")
    return decode_answer(await process.stdout.readexactly(length))


def _outcome(job: Job, answer: Answer) -> Converted:
    if answer.cause:
        _log.warning("document_unreadable", cause=answer.cause, kind=str(job.kind), size=len(job.content))
    if answer.refusal is not None:
        raise answer.refusal
    if answer.converted is None:
        raise DocumentCorrupt(f"{job.name!r} cannot be read. Save it anew where it was made, and send that.")
    return answer.converted


def _died(job: Job, exit_code: int) -> DocumentCorrupt | TooComplex | ConversionTimedOut:
    if exit_code == -signal.SIGXCPU:
        return ConversionTimedOut(f"{job.name!r} takes too much work to read. Split it into smaller files.")
    if exit_code == -signal.SIGKILL:
        return TooComplex(f"{job.name!r} needs more memory than one document may have. Split it.")
    return DocumentCorrupt(
        f"{job.name!r} cannot be read: its reader crashed on it. Save it anew where it was made, and send that."
    )


def _environment() -> dict[str, str]:
    """Only what Python needs to find the same packages: no keys, no addresses."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, **_ALONE, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)}
