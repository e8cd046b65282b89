"""`deskhand agents …`: contracts in the terminal, and from files in a repository (GitOps)."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
import yaml
from rich.markup import escape
from rich.table import Column, Table

from deskhand.commands.connection import RequestFailed, call, connect
from deskhand.commands.terminal import (
    AsJson,
    DataDir,
    Tenant,
    console,
    only_text,
    run,
    say_error,
    settings_for_command,
)
from deskhand.kit.errors import BadInput

app = typer.Typer(help="Agents: their contracts, versions and differences.", no_args_is_help=True)

AGENTS = "/api/v1/agents"
PAGE = 100
MAX_FILE_BYTES = 1024 * 1024
SET_BY_SERVER = ("created_at", "updated_at", "stats", "version")
AgentId = Annotated[str, typer.Argument(help="The agent's id.", show_default=False, callback=only_text)]
Version = Annotated[str, typer.Argument(help="A version, such as 1.0.0.", show_default=False, callback=only_text)]
Summary = Annotated[str, typer.Option("--summary", "-m", help="Why it is changed.", callback=only_text)]


class ContractFileWrong(BadInput):
    code = "contract_file_wrong"


class FileFormat(StrEnum):
    JSON = "json"
    YAML = "yaml"


@app.command("list")
def list_agents(
    status: Annotated[str | None, typer.Option(help="active, inactive or archived.", callback=only_text)] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Of this type only.", callback=only_text)] = None,
    tag: Annotated[str | None, typer.Option(help="With this tag only.", callback=only_text)] = None,
    tenant: Tenant = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the agents."""
    wanted = {"status": status, "type": type_, "tag": tag}
    query = {name: value for name, value in wanted.items() if value is not None}
    found = _with_client(tenant, data_dir, lambda client: _every_agent(client, query))
    if as_json:
        _print_json(found)
        return
    if not found:
        console.print("There is no agent yet: make one with `deskhand agents apply FILE`, or run `deskhand seed`.")
        return
    widest = max(len(agent["id"]) for agent in found)
    first = Column("id", no_wrap=True, min_width=widest)
    table = Table(first, "name", "type", "status", "version", "used", "tags")
    for agent in found:
        metadata = agent["metadata"]
        cells = [agent["id"], agent["name"], agent["type"], metadata["status"], agent["version"]]
        cells += [str(agent["stats"]["interaction_count"]), ", ".join(metadata["tags"])]
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)


@app.command()
def show(agent_id: AgentId, tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Print an agent's contract as JSON, with how much it is used."""
    _print_json(_with_client(tenant, data_dir, lambda client: call(client, "GET", _path(agent_id))))


@app.command()
def export(
    agent_id: AgentId,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; its end says the format.")] = None,
    form: Annotated[FileFormat, typer.Option("--format", help="Without a file.")] = FileFormat.JSON,
    tenant: Tenant = None,
    data_dir: DataDir = None,
) -> None:
    """Write an agent's contract as a file that `apply` takes."""
    contract = _with_client(tenant, data_dir, lambda client: call(client, "GET", _path(agent_id)))
    for name in SET_BY_SERVER:
        del contract[name]
    del contract["metadata"]["tenant_id"], contract["metadata"]["owner_id"]
    if output is None:
        print(_written(contract, form), end="")  # noqa: T201 - the command's output
        return
    output.write_text(_written(contract, _format_of(output)), encoding="utf-8")
    console.print(f"Wrote {str(output)!r}.", markup=False, highlight=False, soft_wrap=True)


@app.command()
def apply(
    files: Annotated[list[Path], typer.Argument(help="Contracts, as JSON or YAML.", show_default=False)],
    summary: Summary = "",
    tenant: Tenant = None,
    data_dir: DataDir = None,
) -> None:
    """Let agents be as these files say. All are read before the first is applied; a second time changes nothing."""
    contracts = [(file, read_contract(file)) for file in files]

    async def work(client: httpx.AsyncClient) -> int:
        refused = 0
        for file, contract in contracts:
            refused += not await _apply(client, file, contract | {"change_summary": summary})
        return refused

    if _with_client(tenant, data_dir, work):
        raise typer.Exit(2)


@app.command()
def diff(agent_id: AgentId, before: Version, after: Version, tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Show what leads from one version to another."""
    query = {"from": before, "to": after}
    found = _with_client(tenant, data_dir, lambda client: call(client, "GET", f"{_path(agent_id)}/diff", params=query))
    for change in found["changes"]:
        console.print(f"[bold]{escape(change['path'])}[/]", highlight=False, soft_wrap=True)
        if change["kind"] != "added":
            console.print(f"  [red]- {escape(_value(change['before']))}[/]", highlight=False, soft_wrap=True)
        if change["kind"] != "removed":
            console.print(f"  [green]+ {escape(_value(change['after']))}[/]", highlight=False, soft_wrap=True)
    if not found["changes"]:
        console.print(f"{before} and {after} say the same.", markup=False, highlight=False)


@app.command()
def rollback(
    agent_id: AgentId, version: Version, summary: Summary = "", tenant: Tenant = None, data_dir: DataDir = None
) -> None:
    """Make a new version with the content of an old one."""
    body = {"version": version, "summary": summary}
    agent = _with_client(
        tenant, data_dir, lambda client: call(client, "POST", f"{_path(agent_id)}/rollback", json=body)
    )
    console.print(f"{agent['id']} is at {agent['version']}, as it was at {version}.", markup=False, highlight=False)


def read_contract(file: Path) -> dict[str, Any]:
    """The object in a JSON or YAML file.

    Raises:
        ContractFileWrong: naming the file and what is wrong with it.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ContractFileWrong(f"{str(file)!r} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_FILE_BYTES:
        raise ContractFileWrong(f"{str(file)!r} is larger than {MAX_FILE_BYTES:,} bytes: no contract is.")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if _format_of(file) is FileFormat.JSON else yaml.safe_load(text)
        json.dumps(found)
    except (UnicodeDecodeError, ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ContractFileWrong(f"{str(file)!r} is no {_format_of(file).upper()} of a contract: {reason}") from error
    if not isinstance(found, dict):
        raise ContractFileWrong(f"{str(file)!r} holds no object: a contract is one, with a name and an identity.")
    return {name: value for name, value in found.items() if name != "stats"}


async def _apply(client: httpx.AsyncClient, file: Path, contract: dict[str, Any]) -> bool:
    try:
        applied = await call(client, "POST", f"{AGENTS}/apply", json=contract)
    except RequestFailed as refused:
        say_error(f"{str(file)!r} was refused: {refused.detail}")
        return False
    agent = applied["agent"]
    line = f"{applied['outcome']:>9}  {agent['id']} {agent['version']}  ({file})"
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    return True


async def _every_agent(client: httpx.AsyncClient, query: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = await call(client, "GET", AGENTS, params=query | {"limit": str(PAGE), "offset": str(len(found))})
        found += page["items"]
        if not page["items"] or len(found) >= page["total"]:
            return found


def _with_client(tenant: str | None, data_dir: Path | None, work: Any) -> Any:
    settings = settings_for_command(data_dir)

    async def connected() -> Any:
        async with connect(settings, tenant) as client:
            return await work(client)

    return run(connected)


def _path(agent_id: str) -> str:
    return f"{AGENTS}/{quote(agent_id, safe='')}"


def _format_of(file: Path) -> FileFormat:
    return FileFormat.YAML if file.suffix.lower() in {".yaml", ".yml"} else FileFormat.JSON


def _written(contract: dict[str, Any], form: FileFormat) -> str:
    if form is FileFormat.YAML:
        return yaml.safe_dump(contract, sort_keys=False, allow_unicode=True)
    return json.dumps(contract, ensure_ascii=False, indent=2) + "\n"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - the command's output
