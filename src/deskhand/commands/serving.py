"""`deskhand serve` and `deskhand demo`: the server, from an open port to a drained stop."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
from rich.progress import Progress

from deskhand.commands.connection import ensure_default_tenant
from deskhand.commands.presence import claimed
from deskhand.commands.recovery import answer_interrupted_turns, mend_indexes, write_closing_records
from deskhand.commands.terminal import DataDir, console, load_embedder, run, settings_for_command
from deskhand.demo.seed import SignIn
from deskhand.demo.seed import seed as seed_companies
from deskhand.kit.errors import Misconfigured
from deskhand.settings import Settings
from deskhand.wiring import House, open_house

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on. Default: DESKHAND_HOST, or 127.0.0.1.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on. Default: DESKHAND_PORT, or 8000.")]


class PortTaken(Misconfigured):
    code = "port_taken"


def serve(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Run the server."""
    settings = settings_for_command(data_dir, quiet=False, host=host, port=port)
    run(lambda: _serve(settings, with_demo=False))


def demo(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Run the server with a demo company, its help centre and a sign-in."""
    settings = with_money(settings_for_command(data_dir, quiet=False, host=host, port=port))
    run(lambda: _serve(settings, with_demo=True))


def with_money(settings: Settings) -> Settings:
    """The settings with the tools of refunds and discounts switched on, unless they say otherwise: in the demo, what
    they give is noted and nobody is paid.
    """
    if "billing" in settings.tools.model_fields_set:
        return settings
    billing = settings.tools.billing.model_copy(update={"enabled": True})
    return settings.model_copy(update={"tools": settings.tools.model_copy(update={"billing": billing})})


def seed(data_dir: DataDir = None) -> None:
    """Fill the data directory with the demo: two companies with help centres, staff and agents. Does not serve."""
    settings = settings_for_command(data_dir)

    async def work() -> SignIn:
        with claimed(settings.data_dir):
            async with await load_embedder(settings) as embedder, open_house(settings, embedder=embedder) as house:
                return await _seed(house)

    _print_sign_in(run(work))


class _Server(uvicorn.Server):
    """Stops on a signal, and leaves it at that: uvicorn would raise the signal anew before the house is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


async def _serve(settings: Settings, *, with_demo: bool) -> None:
    with claimed(settings.data_dir) as claim, listening_socket(settings.host, settings.port) as listener:
        async with await load_embedder(settings) as embedder, open_house(settings, embedder=embedder) as house:
            await ensure_default_tenant(house)
            signin = await _seed(house) if with_demo else None
            await mend_indexes(house)
            url = address_of(listener)
            claim.announce(url)
            await _run_server(house, listener, url, signin)


async def _run_server(house: House, listener: socket.socket, url: str, signin: SignIn | None) -> None:
    config = uvicorn.Config(
        house.app,
        log_config=None,
        access_log=False,
        ws_max_size=house.settings.max_request_bytes,
        lifespan="off",
        timeout_graceful_shutdown=25,
        server_header=False,
        # What headers say of the client is believed only where the operator says that proxies write them; which
        # entry names the client, `client_address` decides.
        proxy_headers=house.settings.trusted_proxies > 0,
        forwarded_allow_ips="*",
    )
    serving = asyncio.create_task(_Server(config).serve(sockets=[listener]))
    await answer_interrupted_turns(house)
    await write_closing_records(house)
    _print_welcome(url, signin)
    await serving


def address_of(listener: socket.socket) -> str:
    """Where this machine reaches it: the loopback address when it listens on all of them."""
    host, port = listener.getsockname()[:2]
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
    host = everywhere.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _seed(house: House) -> SignIn:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Reading the demo help centre", total=None)
        return await seed_companies(house, lambda done, total: progress.update(task, completed=done, total=total))


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address, so that a taken port is known before anything else is done.

    Raises:
        PortTaken: naming the port and what to do.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # Without the protocol's number asyncio leaves Nagle's algorithm on, which costs 40 ms a streamed answer.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no name of a host"
        raise Misconfigured(f"The host {host!r} is not an address of this machine: {reason}.") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {port} on {host} cannot be used ({error.strerror}): stop what runs there, or choose another "
            f"with --port {port + 1}."
        ) from error
    return listener


def _print_welcome(url: str, signin: SignIn | None) -> None:
    console.print(
        f"\n[bold green]Deskhand is running.[/] Chat: [bold]{url}[/]   API: {url}/docs", highlight=False, soft_wrap=True
    )
    if signin is not None:
        console.print(f"Console: [bold]{url}/console[/]", highlight=False, soft_wrap=True)
        _print_sign_in(signin)
    console.print("[dim]Stop with Ctrl-C.[/]")


def _print_sign_in(signin: SignIn) -> None:
    who = f"tenant [bold]{signin.tenant}[/], e-mail [bold]{signin.email}[/], password [bold]{signin.password}[/]"
    console.print(f"Sign-in: {who}", highlight=False, soft_wrap=True)
