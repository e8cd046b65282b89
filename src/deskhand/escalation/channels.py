"""Channels by name: apprise carries a notice to mail, chat or a webhook. Addresses are secrets and stay in here.

Above: `sender.py`. Below: apprise, which is synchronous. It runs in a thread of its own, is cut off after a while, and
a channel whose last call still hangs takes no further one: as many threads can be stuck as there are channels.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import SecretStr

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib")
"""Loggers that would write addresses, and so secrets."""


class NotSent(Exception):
    """A notice did not reach its channel. `final` says that trying again is of no use."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        """`reason` is shown to staff; it holds no address."""
        super().__init__(reason)
        self.reason = reason
        self.final = final


class AppriseChannels:
    """The channels of one installation."""

    def __init__(self, addresses: Mapping[str, SecretStr], *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """`addresses` are apprise's, by the names that contracts use: `mailto://…`, `slack://…`, `jsons://…`."""
        self._addresses = dict(addresses)
        self._timeout = timeout_seconds
        self._running: dict[str, threading.Thread] = {}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._addresses)

    async def send(self, channel: str, *, title: str, body: str) -> None:
        """Carry the text there.

        Raises:
            NotSent: when it was not taken, or not in time.
        """
        address = self._addresses.get(channel)
        if address is None:
            raise NotSent("no channel of that name is set up", final=True)
        running = self._running.get(channel)
        if running is not None and running.is_alive():
            raise NotSent("the channel still hangs")
        outcome = self._begin(channel, lambda: _carry(address.get_secret_value(), title, body))
        try:
            async with asyncio.timeout(self._timeout):
                await outcome
        except TimeoutError:
            raise NotSent(f"no answer within {self._timeout:g} s") from None

    def _begin(self, channel: str, work: Callable[[], None]) -> "asyncio.Future[None]":
        """The work's outcome; the work goes on in its thread when nobody waits any more."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[None] = loop.create_future()

        def report(error: NotSent | None) -> None:
            if outcome.done():
                return
            if error is None:
                outcome.set_result(None)
            else:
                outcome.set_exception(error)

        def run() -> None:
            error: NotSent | None = None
            try:
                work()
            except NotSent as failure:
                error = failure
            except Exception as failure:  # noqa: BLE001 - a job's border; a traceback may hold the address
                log.warning("notice_channel_broke", channel=channel, error=type(failure).__name__)
                error = NotSent(f"the channel broke with {type(failure).__name__}")
            if not loop.is_closed():
                loop.call_soon_threadsafe(report, error)

        thread = threading.Thread(target=run, name=f"notice-{channel}", daemon=True)
        self._running[channel] = thread
        thread.start()
        return outcome


def _carry(address: str, title: str, body: str) -> None:
    import apprise  # noqa: PLC0415 - half a second, only for who sends

    _be_quiet()
    carrier = apprise.Apprise()
    if not carrier.add(address):
        raise NotSent("its address is not one that apprise understands", final=True)
    taken: Any = carrier.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if not taken:
        raise NotSent("it was refused, or could not be reached")


def _be_quiet() -> None:
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
