"""Data directories to measure on: built once, kept under the workspace, and copied for each run, which changes them.

Above: the benchmarks. Below: `building.py`, which builds one in a process of its own.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, insert, select, update

import deskhand
from bench.plan import Plan, say
from bench.processes import completed, module
from deskhand.conversations.model import MessageRole
from deskhand.conversations.tables import ChatSession, MessageRow, Thread
from deskhand.demo.seed import HELP_CENTRE
from deskhand.kit.clock import SystemClock
from deskhand.kit.ids import new_id

BUILD_SECONDS = 3600.0
BUILT = "built"
"""A file in the folder that holds the stamp of what it was built with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How much a data directory holds: passages of the one tenant that is asked, and tenants in all."""

    passages: int
    tenants: int = 1

    @property
    def name(self) -> str:
        return f"{self.passages}-passages-{self.tenants}-tenants"


@contextmanager
def copy_of(plan: Plan, shape: Shape) -> Iterator[Path]:
    """A data directory of that shape, to be changed at will; gone afterwards."""
    original = _built(plan, shape)
    with TemporaryDirectory(prefix="run-", dir=plan.workspace) as folder:
        yield Path(shutil.copytree(original, Path(folder) / "data"))


def tenant_slug(number: int) -> str:
    """Of the tenants beside the default one, counted from 1."""
    return f"tenant-{number:04d}"


def lengthen_thread(data_dir: Path, session_id: str, messages: int) -> None:
    """Put that many messages before all others into the session's thread."""
    engine = create_engine(f"sqlite:///{data_dir / 'deskhand.db'}")
    now = SystemClock().now()
    with engine.begin() as connection:
        of_session = select(ChatSession.tenant_id, ChatSession.thread_id).where(ChatSession.id == session_id)
        tenant_id, thread_id = connection.execute(of_session).one()
        connection.execute(
            insert(MessageRow),
            [
                {
                    "id": new_id("msg"),
                    "tenant_id": tenant_id,
                    "thread_id": thread_id,
                    "session_id": session_id,
                    "role": (MessageRole.AGENT if number % 2 else MessageRole.CUSTOMER).value,
                    "content": f"What was said in message {number}, in about as many words as people use.",
                    "created_at": now,
                }
                for number in range(messages)
            ],
        )
        grown = Thread.message_count + messages
        connection.execute(update(Thread).where(Thread.id == thread_id).values(message_count=grown))
    engine.dispose()


def _built(plan: Plan, shape: Shape) -> Path:
    folder, stamp = plan.workspace / shape.name, _stamp()
    if not (folder / BUILT).exists() or (folder / BUILT).read_text() != stamp:
        say(f"building {shape.passages:,} passages, {shape.tenants:,} tenants (kept for the next run)")
        shutil.rmtree(folder, ignore_errors=True)
        command = module("building", str(folder), str(shape.passages), str(shape.tenants))
        completed(command, log=plan.workspace / "building.log", seconds=BUILD_SECONDS)
        (folder / BUILT).write_text(stamp)
    return folder


def _stamp() -> str:
    """Of everything that decides what is built; when it changes, what was built before is of no use."""
    package = Path(deskhand.__path__[0])
    sources = [
        Path(__file__).with_name("building.py"),
        *(package / "knowledge").glob("*.py"),
        *(package / "migrations" / "versions").glob("*.py"),
        *(path for path in HELP_CENTRE.rglob("*") if path.is_file()),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()
