"""A process that is killed while it sends: the message is there once, whenever that was."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from crm.posts import START, a_message, an_enrolment, open_post
from deskhand.crm.delivery_model import DeliveryFilter, DeliveryStatus, Step

TESTS = Path(__file__).parents[1]


async def killed_at(folder: Path, point: str) -> None:
    """Let a process of its own do what is due, until it is killed at that point."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(TESTS / "crm" / "deliver_and_die.py"),
        str(folder),
        point,
        env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent / 'src'}"},
    )
    assert await child.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("point", "said"), [("before the message", 0), ("before the commit", 0), ("after the commit", 1)]
)
async def test_a_message_is_sent_once_whenever_the_process_is_killed(tmp_path: Path, point: str, said: int) -> None:
    async with open_post(tmp_path) as post:
        await post.session()
        await post.template("tip", "Charge it warm.", names=())
        sequence = await post.sequence(Step(after="PT1H", template="tip"), Step(after="PT1H", template="tip"))
        await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}))
        waiting = await post.deliveries.send(
            post.scope, a_message("Follow-up.", due_at=START + timedelta(hours=1, seconds=-1))
        )
        await post.background.settle()

        await killed_at(tmp_path, point)

        assert len(await post.said()) == said
        await post.until(hours=1, minutes=2)  # past the lease of the killed process
        await post.until(hours=2)
        assert sorted(await post.said()) == ["Charge it warm.", "Charge it warm.", "Follow-up."]
        assert (await post.deliveries.delivery(post.scope, waiting.id)).status is DeliveryStatus.SENT
        left = await post.deliveries.page(
            post.scope, DeliveryFilter(status=DeliveryStatus.SCHEDULED), limit=9, offset=0
        )
        assert left.total == 0
