"""Threads of tools: there are no more than so many, and none of them keeps anybody waiting."""

import asyncio
import threading

import pytest

from deskhand.tools.contract import TransientError
from deskhand.tools.threads import Threads


async def test_what_the_function_gives_and_raises_comes_back() -> None:
    threads = Threads()
    assert await threads.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)


@pytest.mark.parametrize("error", [StopIteration, SystemExit, KeyboardInterrupt])
async def test_an_end_of_the_thread_is_none_of_the_process(error: type[BaseException]) -> None:
    def leave() -> None:
        raise error

    with pytest.raises(RuntimeError, match=error.__name__):
        await Threads().run(leave)


async def test_when_all_are_busy_a_call_fails_at_once_and_later_there_is_room_again() -> None:
    threads, go_on = Threads(2), threading.Event()
    running = [asyncio.create_task(threads.run(go_on.wait)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TransientError, match="All of the 2 threads"):
        await threads.run(lambda: 7)
    go_on.set()
    assert await asyncio.gather(*running) == [True, True]
    assert await threads.run(lambda: 7) == 7


async def test_a_function_that_is_left_behind_keeps_its_place_until_it_ends() -> None:
    threads, go_on, begun = Threads(1), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        go_on.wait()

    task = asyncio.create_task(threads.run(hang))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TransientError):
        await threads.run(lambda: 7)
    go_on.set()
    await asyncio.to_thread(_all_ended)
    assert await threads.run(lambda: 7) == 7


def test_a_function_that_outlives_its_loop_ends_quietly() -> None:
    threads, go_on, begun = Threads(), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        go_on.wait()

    async def leave_it() -> None:
        task = asyncio.create_task(threads.run(hang))
        await asyncio.to_thread(begun.wait)
        task.cancel()

    asyncio.run(leave_it())
    go_on.set()
    _all_ended()


def _all_ended() -> None:
    for thread in threading.enumerate():
        if thread.name == "tool":
            thread.join(10)
            assert not thread.is_alive()
