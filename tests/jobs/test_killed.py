"""Killed anywhere: an added job is done, and what ends with its transaction is done once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deskhand.jobs.model import JobState
from deskhand.jobs.running import LEASE
from jobs.killed import ATOMIC, handlers
from jobs.queues import KIND, open_works

TESTS = Path(__file__).parents[1]
DEADLINE = 120.0


def killed_at(statement: int, url: str, effects: Path) -> list[str]:
    """The jobs that the process had added when it was killed."""
    ended = subprocess.run(
        [sys.executable, "-m", "jobs.killed", url, str(effects), str(statement)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent / 'src'}"},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr
    return ended.stdout.split()


@pytest.mark.parametrize("statement", [3, 8, 17, 19, 23, 30, 41, 50])
async def test_a_process_that_is_killed_loses_no_job(tmp_path: Path, statement: int) -> None:
    url, effects = f"sqlite+aiosqlite:///{tmp_path}/jobs.db", tmp_path / "effects"
    added = await asyncio.to_thread(killed_at, statement, url, effects)
    assert "end" not in added

    async with open_works(url) as works:
        handlers(works, effects)
        await works.queue.run_due()
        works.clock.move(seconds=LEASE.total_seconds())
        await works.queue.run_due()

        lines = effects.read_text().split() if effects.exists() else []
        for key in added:
            assert (await works.standing(key)).state is JobState.DONE
            assert (await works.standing(key, kind=ATOMIC)).state is JobState.DONE
            # A second effect would have been refused, and the job with it.
            assert (await works.standing(key, kind="effect")).state is JobState.WAITING
            assert key in lines
            assert lines.count(key) <= 2, KIND
