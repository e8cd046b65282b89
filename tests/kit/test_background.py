"""Work beside the requests: it ends by itself, is waited for, comes round again, and never takes anything down."""

import asyncio

import pytest

from deskhand.kit import background
from deskhand.kit.background import Background


async def test_what_was_started_and_what_that_started_is_waited_for() -> None:
    done: list[str] = []
    beside = Background()

    async def second() -> None:
        await asyncio.sleep(0)
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        done.append("first")
        beside.start("second", second())

    beside.start("first", first())
    await beside.settle()
    assert done == ["first", "second"]
    await beside.close()


async def test_work_that_fails_is_logged_and_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise RuntimeError("the work is broken")

    beside = Background()
    await beside.start("failing", fail())
    assert "background_work_failed" in capsys.readouterr().out
    await beside.close()


async def test_rounds_go_on_after_a_failure_until_the_end() -> None:
    rounds = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            enough.set()
        raise RuntimeError("each round is broken")

    beside = Background()
    beside.every(0, "round", work)
    async with asyncio.timeout(60):
        await enough.wait()
    await beside.close()
    after = rounds
    await asyncio.sleep(0)
    assert rounds == after >= 3


async def test_what_takes_too_long_is_cut_off_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "DRAIN_SECONDS", 0.01)
    beside = Background()
    task = beside.start("endless", asyncio.Event().wait())
    await beside.close()
    assert task.cancelled()
