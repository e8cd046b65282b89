"""`deskhand audit …`: is the chain whole, what happened in a turn, and all of it as a file."""

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deskhand.audit.exporting import ExportFormat
from deskhand.commands.connection import call, connect
from deskhand.commands.presence import ServerUnreachable
from deskhand.commands.terminal import AsJson, DataDir, Tenant, console, errors, only_text, run, settings_for_command

app = typer.Typer(help="The audit: what happened in every turn, in a chain that shows tampering.", no_args_is_help=True)

AUDIT = "/api/v1/audit"
BROKEN = 1
PART = 5_000
"""Records checked at once: so often the progress moves."""
_ANCHOR = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})")


def _anchor(value: str | None) -> str | None:
    if value is not None and _ANCHOR.fullmatch(value) is None:
        raise typer.BadParameter(f"{value!r} is no link: write NUMBER:HASH, as `verify` prints it.")
    return value


_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
Since = Annotated[datetime | None, typer.Option("--from", formats=_FORMATS, help="Not before; in UTC.")]
Until = Annotated[datetime | None, typer.Option("--to", formats=_FORMATS, help="Before; in UTC.")]
RecordId = Annotated[str, typer.Argument(help="The record's id.", show_default=False, callback=only_text)]


@app.command()
def verify(
    anchor: Annotated[
        str | None, typer.Option(help="A link noted before, as NUMBER:HASH; it must still stand.", callback=_anchor)
    ] = None,
    *,
    payloads: Annotated[bool, typer.Option(help="Also check what turns were given, in the blob store too.")] = True,
    tenant: Tenant = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Walk the whole chain. Exit code 1 when it is broken, with the place and the reason."""
    settings = settings_for_command(data_dir)

    async def work() -> dict[str, Any]:
        async with connect(settings, tenant) as client:
            return await _walk(client, anchor, payloads=payloads)

    report = run(work)
    if as_json:
        _print_json(report)
    else:
        _tell(report)
    if not report["intact"]:
        raise typer.Exit(BROKEN)


@app.command()
def show(record_id: RecordId, tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Print one record as JSON."""
    settings = settings_for_command(data_dir)

    async def work() -> Any:
        async with connect(settings, tenant) as client:
            return await call(client, "GET", f"{AUDIT}/{quote(record_id, safe='')}")

    _print_json(run(work))


@app.command()
def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; without one it is printed.")] = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="jsonl has all there is; csv is for spreadsheets.")] = (
        ExportFormat.JSONL
    ),
    since: Since = None,
    until: Until = None,
    contact: Annotated[str | None, typer.Option(help="Only this contact's.", callback=only_text)] = None,
    session: Annotated[str | None, typer.Option(help="Only this session's.", callback=only_text)] = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent's.", callback=only_text)] = None,
    tenant: Tenant = None,
    data_dir: DataDir = None,
) -> None:
    """Write the records, oldest first."""
    settings = settings_for_command(data_dir)
    wanted = {
        "format": form.value,
        "from": _moment(since),
        "to": _moment(until),
        "contact_id": contact,
        "session_id": session,
        "agent_id": agent,
    }
    query = {name: value for name, value in wanted.items() if value is not None}

    async def work() -> None:
        async with connect(settings, tenant) as client:
            # What is wrong with the query is told in the server's words before a file is begun.
            await call(client, "GET", AUDIT, params={**query, "limit": "1"})
            with _opened(output) as file:
                await _fetch(client, query, file)

    run(work)
    if output is not None:
        console.print(f"Wrote {str(output)!r}.", markup=False, highlight=False, soft_wrap=True)


async def _walk(client: httpx.AsyncClient, anchor: str | None, *, payloads: bool) -> dict[str, Any]:
    """Part after part, to the end or the first break; the sums of all of them."""
    wish: dict[str, Any] = {"limit": PART, "payloads": payloads}
    counted = ("checked", "payloads_checked", "payloads_unreachable")
    sums = dict.fromkeys(counted, 0)
    first: dict[str, Any] = {} if anchor is None else {"anchor": _link(anchor)}
    with _progress() as progress:
        task = progress.add_task("Verifying", total=None)
        while True:
            report: dict[str, Any] = await call(client, "POST", f"{AUDIT}/verify", json=wish | first)
            sums = {name: sums[name] + report[name] for name in counted}
            progress.update(task, total=max(report["head"]["seq"], sums["checked"]), completed=sums["checked"])
            if report["complete"] or not report["intact"]:
                return report | sums
            first, wish = {}, wish | {"after": report["through"]}


async def _fetch(client: httpx.AsyncClient, query: dict[str, str], file: IO[bytes]) -> None:
    """Write the export as it comes.

    Raises:
        ServerUnreachable: when it breaks off.
    """
    try:
        async with client.stream("GET", f"{AUDIT}/export", params=query) as response:
            response.raise_for_status()
            async for part in response.aiter_bytes():
                file.write(part)
    except httpx.HTTPError as error:
        raise ServerUnreachable(
            f"The export broke off ({type(error).__name__}): see the server's log, then run this again."
        ) from error


def _tell(report: dict[str, Any]) -> None:
    if report["broken"] is not None:
        found = report["broken"]
        _say(f"Broken at record {found['seq']} ({found['reason']}): {found['detail']}")
        _say(f"{report['checked']} records before it are sound.")
        return
    through = report["through"]
    _say(f"Intact: {report['checked']} records, {report['payloads_checked']} payloads.")
    _say(f"The chain ends at {through['seq']}:{through['hash']}")
    if report["waiting"]:
        _say(f"{report['waiting']} records are written and wait for their place in the chain.")
    if report["payloads_unreachable"]:
        _say(f"{report['payloads_unreachable']} payloads could not be fetched from the blob store: verify again later.")


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    """The file, which takes its name only once it is whole; or the command's output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _link(text: str) -> dict[str, Any]:
    seq, _, link_hash = text.partition(":")
    return {"seq": int(seq), "hash": link_hash}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.replace(tzinfo=UTC).isoformat()


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - the command's output
