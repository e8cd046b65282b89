"""The process that parses what may be hostile: started by `worker` as `python -m`.

It reads frames from standard input and answers on standard output, one document after the other, until its
input ends. Before it reads anything it gives up what a parser does not need: more memory than it was granted,
writing files, network, other programs. A frame is a length, a JSON header and a body (`frames`).
"""

import contextlib
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from deskhand.documents.formats import read_document
from deskhand.documents.frames import (
    FRAME_PREFIX,
    Answer,
    decode_job,
    encode_answer,
    frame_length,
)
from deskhand.documents.model import Job
from deskhand.documents.refusals import DocumentCorrupt, DocumentRefused, TooComplex

_FORBIDDEN_EVENTS = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.kill",
)
_GRACE_SECONDS = 5


def main(memory_bytes: int) -> None:
    """Standard output belongs to the frames: whatever a parser prints goes nowhere."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _give_up_rights(memory_bytes)
    serve(source, target, before_each=_grant_seconds)


def serve(source: BinaryIO, target: BinaryIO, *, before_each: Callable[[float], None]) -> None:
    """Says that it is ready, then answers each document until the source ends or one has exhausted the process.

    `before_each` is called with the seconds that the next document may take.
    """
    _send(target, Answer(ready=True))
    while prefix := source.read(FRAME_PREFIX):
        job = decode_job(source.read(frame_length(prefix)))
        before_each(job.limits.timeout_seconds)
        answer = _answer(job)
        _send(target, answer)
        if answer.exhausted:
            return


def _answer(job: Job) -> Answer:
    """The border of a job: whatever a parser raises becomes an answer."""
    try:
        return Answer(converted=read_document(job))
    except DocumentRefused as refusal:
        return Answer(refusal=refusal)
    except MemoryError:
        detail = f"{job.name!r} needs more memory than one document may have. Split it into smaller files."
        return Answer(refusal=TooComplex(detail), exhausted=True)
    except RecursionError:
        detail = f"{job.name!r} is nested too deeply to be read. Save it in a simpler form."
        return Answer(refusal=DocumentCorrupt(detail), exhausted=True)
    except Exception as error:  # noqa: BLE001 - the border of a job: the parsers raise whatever they like
        detail = f"{job.name!r} cannot be read: it is damaged. Open it where it was made, save it anew, send that."
        return Answer(refusal=DocumentCorrupt(detail), cause=type(error).__name__)


def _give_up_rights(memory_bytes: int) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(limit, (value, value))
    sys.addaudithook(_refuse)


def _refuse(event: str, _args: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(f"a document reader does not use {event}")


def _grant_seconds(seconds: float) -> None:
    """The processor time of the next document, should the parent not be there to end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + seconds) + _GRACE_SECONDS
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _send(target: BinaryIO, answer: Answer) -> None:
    target.write(encode_answer(answer))
    target.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
