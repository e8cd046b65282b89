"""Work is ended in its time, also work that does not want to."""

import asyncio

import pytest

from deskhand.tools.cutting import CutOff, Cutter


async def test_work_that_does_not_heed_its_cancellation_is_left_behind(capsys: pytest.CaptureFixture[str]) -> None:
    go_on = asyncio.Event()
    ended = asyncio.Event()

    async def stubborn() -> None:
        while not go_on.is_set():
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                continue
        ended.set()
        raise RuntimeError("nobody hears of it")

    cutter = Cutter(grace_seconds=0.01)
    try:
        with pytest.raises(CutOff):
            await cutter.within(0.01, stubborn())
        assert not ended.is_set()
        assert "tool_does_not_stop" in capsys.readouterr().out
    finally:
        go_on.set()  # else nothing could ever end it, nor the event loop
    async with asyncio.timeout(60):
        await ended.wait()
    await asyncio.sleep(0)
    assert cutter._left_behind == set()


async def test_work_that_answers_its_cancellation_with_an_error_is_cut_off_all_the_same() -> None:
    async def sulky() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("I was not done")

    with pytest.raises(CutOff):
        await Cutter().within(0.01, sulky())


async def test_cancelling_waits_until_the_work_has_let_go() -> None:
    begun, let_go = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            let_go.append(True)

    task = asyncio.create_task(Cutter().within(60, work()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert let_go == [True]
