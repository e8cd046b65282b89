"""Killed at any step: what was allowed is done exactly once, and the customer is told once."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deskhand.jobs.running import LEASE
from deskhand.orchestration.approval_model import ApprovalStatus
from orchestration.approvals import open_counter
from orchestration.approvals_killed import story

TESTS = Path(__file__).parents[1]
DEADLINE = 120.0


@dataclass
class Bank:
    """Pays once for each key, however often it is asked."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    paid: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_bank() -> Iterator[Bank]:
    bank = Bank()

    class Counter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            key = self.headers["Idempotency-Key"]
            amount = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["amount"]
            bank.asked.append(key)
            bank.paid.setdefault(key, amount)
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    thread = Thread(target=server.serve_forever)
    thread.start()
    bank.address = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield bank
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def killed_at(point: str, tool: str, folder: Path, bank: str = "http://127.0.0.1:9/") -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "orchestration.approvals_killed", str(folder), bank, tool, point],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent / 'src'}"},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr


POINTS = ("requested", "decided", "before_effect", "after_effect")
STATEMENTS = ("statement 9", "statement 21", "statement 27", "statement 33", "statement 39")


@pytest.mark.parametrize("point", [*POINTS, *STATEMENTS])
async def test_an_effect_in_a_database_is_there_once(tmp_path: Path, point: str) -> None:
    await asyncio.to_thread(killed_at, point, "issue_refund", tmp_path)

    async with open_counter(tmp_path) as counter:
        await story(counter, "issue_refund", lambda _: None)
        counter.rig.clock.move(LEASE)
        await counter.jobs.run_due()

        (approval,) = await counter.everything()
        assert approval.status is ApprovalStatus.EXECUTED
        assert counter.till.paid == [(approval.id, "A-1 620.00")]
        assert len(await counter.messages()) == 1
        history = await counter.history(approval)
        assert history == ["requested", "approved", "started", "executed", "told"]


@pytest.mark.parametrize("point", POINTS)
async def test_a_server_is_asked_with_one_key_and_pays_once(tmp_path: Path, point: str) -> None:
    with open_bank() as bank:
        await asyncio.to_thread(killed_at, point, "pay_out", tmp_path, bank.address)

        async with open_counter(tmp_path, bank=bank.address) as counter:
            await story(counter, "pay_out", lambda _: None)
            counter.rig.clock.move(LEASE)
            await counter.jobs.run_due()
            (approval,) = await counter.everything()

    assert approval.status is ApprovalStatus.EXECUTED
    assert bank.paid == {approval.id: "620.00"}
    assert len(bank.asked) == (2 if point == "after_effect" else 1)


@pytest.mark.parametrize(
    ("point", "times"), [("requested", 1), ("decided", 1), ("before_effect", 0), ("after_effect", 1)]
)
async def test_what_takes_no_key_is_done_at_most_once_and_a_person_hears_of_the_doubt(
    tmp_path: Path, point: str, times: int
) -> None:
    await asyncio.to_thread(killed_at, point, "send_replacement", tmp_path)

    async with open_counter(tmp_path) as counter:
        await story(counter, "send_replacement", lambda _: None)
        counter.rig.clock.move(LEASE)
        await counter.jobs.run_due()

        (approval,) = await counter.everything()
        in_doubt = point in {"before_effect", "after_effect"}
        assert len(counter.till.paid) == times
        assert approval.status is (ApprovalStatus.FAILED if in_doubt else ApprovalStatus.EXECUTED)
        assert (approval.ticket_id is not None) is in_doubt


@pytest.mark.parametrize("point", ["requested", "statement 14"])
async def test_a_request_that_was_made_before_a_kill_still_runs_out(tmp_path: Path, point: str) -> None:
    await asyncio.to_thread(killed_at, point, "issue_refund", tmp_path)

    async with open_counter(tmp_path) as counter:
        counter.rig.clock.move(timedelta(minutes=5))
        await counter.jobs.run_due()

        approvals = await counter.everything()
        assert [approval.status for approval in approvals] in ([], [ApprovalStatus.EXPIRED])
        assert len(approvals) == len(await counter.messages())
        assert point != "requested" or approvals
        assert counter.till.paid == []
