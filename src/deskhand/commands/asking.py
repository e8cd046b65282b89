"""`deskhand ask` and `deskhand chat`: a conversation in the terminal, as a visitor of the chat page would have it."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import typer
from rich.markdown import Markdown
from rich.panel import Panel

from deskhand.commands.connection import call, connect
from deskhand.commands.terminal import AsJson, DataDir, KnowledgeBases, Tenant, console, run, settings_for_command
from deskhand.kit.errors import DeskhandError

Question = Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False)]
_GOODBYE = {"", "exit", "quit", ":q"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A session of the terminal's own contact."""

    client: httpx.AsyncClient
    session_id: str
    bases: tuple[str, ...]

    async def ask(self, message: str) -> dict[str, Any]:
        """The whole answer."""
        body = {"message": message, "knowledge_bases": list(self.bases)}
        answer: dict[str, Any] = await call(
            self.client, "POST", f"/api/v1/chat/sessions/{self.session_id}/messages", json=body
        )
        return answer


async def converse(client: httpx.AsyncClient, bases: list[str] | None) -> Conversation:
    """A new session, on a thread of its own."""
    opened = await call(client, "POST", "/api/v1/sessions", json={})
    return Conversation(client=client, session_id=opened["id"], bases=tuple(bases or ()))


def ask(
    question: Question,
    kb: KnowledgeBases = None,
    tenant: Tenant = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask one question and print the answer with its sources."""
    settings = settings_for_command(data_dir)

    async def work() -> dict[str, Any]:
        async with connect(settings, tenant) as client:
            return await (await converse(client, kb)).ask(question)

    answer = run(work)
    if as_json:
        print(json.dumps(_as_asked(answer), ensure_ascii=False, indent=2))  # noqa: T201 - the command's output
    else:
        _show(answer)


def chat(kb: KnowledgeBases = None, tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Talk to the agent in the terminal. An empty line or Ctrl-D ends it."""
    settings = settings_for_command(data_dir)

    async def work() -> None:
        async with connect(settings, tenant) as client:
            conversation = await converse(client, kb)
            console.print("[dim]Ask away; an empty line ends the conversation.[/]")
            while (message := _read_line()) not in _GOODBYE:
                try:
                    _show(await conversation.ask(message))
                except DeskhandError as error:
                    console.print(f"[red]{error.detail}[/]", highlight=False)

    run(work)


def _read_line() -> str:
    try:
        return console.input("[bold cyan]you ›[/] ").strip()
    except EOFError:
        return ""


def _as_asked(answer: dict[str, Any]) -> dict[str, Any]:
    citations = [
        {key: citation[key] for key in ("number", "source", "title", "heading", "link", "quote")}
        for citation in answer["citations"]
    ]
    return {"answer": answer["answer"], "answered": answer["answered"], "citations": citations}


def _show(answer: dict[str, Any]) -> None:
    console.print(Panel(Markdown(answer["answer"]), border_style="green" if answer["answered"] else "yellow"))
    for citation in answer["citations"]:
        where = " › ".join(part for part in (citation["title"], citation["heading"]) if part)
        console.print(f" [bold]\\[{citation['number']}][/] {where}  [dim]{citation['source']}[/]", highlight=False)
