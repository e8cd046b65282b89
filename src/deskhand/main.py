"""The ASGI entry: `uvicorn deskhand.main:application` or any other ASGI server.

The house is opened when the server starts its lifespan and closed, drained, when the server stops.
"""

from contextlib import AsyncExitStack

from starlette.types import ASGIApp, Receive, Scope, Send

from deskhand.commands.connection import ensure_default_tenant
from deskhand.commands.recovery import answer_interrupted_turns, mend_indexes, write_closing_records
from deskhand.commands.terminal import load_embedder, settings_for_command
from deskhand.kit.errors import DeskhandError
from deskhand.wiring import House, open_house


class Application:
    """Opens Deskhand at the lifespan's start, and passes everything else to the application it made."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        else:
            raise RuntimeError("The server did not run the lifespan: switch it on (uvicorn: --lifespan on).")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                house = await _open(stack)
            except DeskhandError as error:
                # Raised, it would be taken for a sign that we have no lifespan, and the server would go on.
                await send({"type": "lifespan.startup.failed", "message": error.detail})
                return
            self._app = house.app
            await answer_interrupted_turns(house)
            await write_closing_records(house)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def _open(stack: AsyncExitStack) -> House:
    settings = settings_for_command(quiet=False)
    embedder = await stack.enter_async_context(await load_embedder(settings))
    house = await stack.enter_async_context(open_house(settings, embedder=embedder))
    await ensure_default_tenant(house)
    await mend_indexes(house)
    return house


application = Application()
