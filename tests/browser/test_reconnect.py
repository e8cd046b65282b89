"""The connection breaks in the middle of an answer: the page comes back, and nothing is lost or told twice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from deskhand.settings import load_settings
from deskhand.testing.scripted_provider import chunk
from shops import OpenHouse, open_shop, serving

TOLD = "You can return a helmet within 30 days of delivery."
FIRST, SECOND = f"{TOLD} [1] It must", " be unworn and in its box. [1]"


class SlowProvider:
    """A model that waits in its second sentence, when the first can be told, until it is told to go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, _request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        yield chunk({"role": "assistant", "content": FIRST})
        await self.go_on.wait()
        yield chunk({"content": SECOND})
        yield chunk({}, finish="stop")
        yield "data: [DONE]\n\n"


class Relay:
    """A line to the server that can be cut: connections break, new ones are refused until it is mended."""

    def __init__(self, url: str) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_cut = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(self._host, self._port)
        except ConnectionError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
        self._open -= {writer, back}


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_an_answer_that_was_cut_off_in_the_middle_is_completed_after_the_reconnect(
    tmp_path: Path, open_a_house: OpenHouse, open_page: Callable[[str], AbstractAsyncContextManager[Page]]
) -> None:
    provider = SlowProvider()
    async with serving(provider.app) as model:
        settings = load_settings(
            env_file=None,
            data_dir=tmp_path / "data",
            openai_api_key="test-key",
            openai_base_url=f"{model}/v1",
            llm={"provider": "openai", "model": "slow"},
        )
        async with open_a_house(settings) as house:
            await open_shop(house)
            async with serving(house.app) as url:
                relay = Relay(url)
                async with relay.listening() as address, open_page(address) as page:
                    await asked_while_the_line_breaks(page, relay, provider)


async def asked_while_the_line_breaks(page: Page, relay: Relay, provider: SlowProvider) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill("How long can I return a helmet?")
    await box.press("Enter")
    log = page.get_by_role("log", name="Conversation")
    await expect(page.get_by_text(TOLD)).to_be_visible()
    relay.cut()
    await expect(page.get_by_role("status", name="Connection")).not_to_contain_text("Online")
    provider.go_on.set()
    relay.mend()
    await expect(log).to_contain_text("It must be unworn and in its box.")
    await expect(page.get_by_role("status", name="Connection")).to_contain_text("Online")
    assert (await log.inner_text()).count(TOLD) == 1
