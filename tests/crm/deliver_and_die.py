"""A process that does what is due, and is killed at a point: `deliver_and_die.py <folder> <point>`."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from crm.posts import START, MovedClock, Post
from deskhand.kit.db import Database
from deskhand.tenancy.store import TenantStore


def die(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(folder: Path, point: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder}/deskhand.db")
    post = Post(store=TenantStore(database), clock=MovedClock(START + timedelta(hours=1)))
    say = post.speaker.say

    async def say_and_die(*given: Any, **named: Any) -> str:
        await say(*given, **named)
        die()
        return ""

    if point == "before the message":
        post.speaker.say = die  # type: ignore[method-assign] # this process is to end there
    elif point == "before the commit":
        post.speaker.say = say_and_die  # type: ignore[method-assign] # likewise
    elif point == "after the commit":
        post.speaker.announce = die  # type: ignore[method-assign] # likewise
    await post.jobs.run_due()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
